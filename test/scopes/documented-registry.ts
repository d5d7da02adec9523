import { blockFor } from '../documents/document-blocks.ts';

export type ExampleConfiguration = {
  /** The value of `LATCHKEY_SCOPE`. */
  readonly scope: string;
  /** The permission set that it includes. */
  readonly lexicon: { readonly id: string };
};

/** Returns the configuration of a container registry in `docs/permission-sets.md`. */
export function registryConfiguration(): ExampleConfiguration {
  const [, scope] =
    /^LATCHKEY_SCOPE="([^"]*)"$/m.exec(blockFor('test/scopes/documented-registry.spec.ts', 'sh')) ?? [];
  if (scope === undefined) throw new Error('docs/permission-sets.md has no scope of a registry');
  return {
    scope: scope.replaceAll('\\\n', ''),
    lexicon: JSON.parse(
      blockFor('test/scopes/documented-registry.spec.ts', 'json'),
    ) as ExampleConfiguration['lexicon'],
  };
}
