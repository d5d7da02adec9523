import { readFileSync } from 'node:fs';

export type ExampleConfiguration = {
  /** The value of `LATCHKEY_SCOPE`. */
  readonly scope: string;
  /** The permission set that it includes. */
  readonly lexicon: { readonly id: string };
};

/** The README's configuration of a container registry. */
export function registryConfiguration(): ExampleConfiguration {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, scope] = /^LATCHKEY_SCOPE="([^"]*)"$/m.exec(readme) ?? [];
  const [, lexicon] = /^```json\n(\{\n {2}"lexicon".*?)^```$/ms.exec(readme) ?? [];
  if (scope === undefined || lexicon === undefined) throw new Error('the README has no registry');
  return {
    scope: scope.replaceAll('\\\n', ''),
    lexicon: JSON.parse(lexicon) as ExampleConfiguration['lexicon'],
  };
}
