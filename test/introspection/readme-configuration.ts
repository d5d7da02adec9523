import { readFileSync } from 'node:fs';

/** Where the parts of a deployment really are. */
export type Places = {
  /** `host:port` at which people reach the proxy. */
  readonly publicHost: string;
  readonly broker: string;
  readonly appView: string;
};

/** The README's configuration of nginx, for these places in place of its own. */
export function nginxConfiguration({ publicHost, broker, appView }: Places): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, block] = /^```nginx\n(.*?)^```$/ms.exec(readme) ?? [];
  if (block === undefined) throw new Error('the README has no configuration of nginx');
  return block
    .replaceAll('your-domain.net', publicHost)
    .replaceAll('127.0.0.1:8787', broker)
    .replaceAll('127.0.0.1:3000', appView);
}
