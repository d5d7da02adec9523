import { readFileSync } from 'node:fs';

/** The addresses of a deployment's parts. */
export type Places = {
  /** `host:port` of the proxy. */
  readonly publicHost: string;
  readonly broker: string;
  readonly appView: string;
};

/** Returns the README's nginx configuration with these addresses. */
export function nginxConfiguration({ publicHost, broker, appView }: Places): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, block] = /^```nginx\n(.*?)^```$/ms.exec(readme) ?? [];
  if (block === undefined) throw new Error('the README has no configuration of nginx');
  return block
    .replaceAll('your-domain.net', publicHost)
    .replaceAll('127.0.0.1:8787', broker)
    .replaceAll('127.0.0.1:3000', appView);
}
