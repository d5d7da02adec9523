import { blockFor } from '../documents/document-blocks.ts';

/** The addresses of a deployment's parts. */
export type Places = {
  /** `host:port` of the proxy. */
  readonly publicHost: string;
  readonly broker: string;
  readonly appView: string;
};

/** Returns the nginx configuration of `docs/appviews.md` with these addresses. */
export function nginxConfiguration({ publicHost, broker, appView }: Places): string {
  return blockFor('test/introspection/nginx.spec.ts', 'nginx')
    .replaceAll('your-domain.net', publicHost)
    .replaceAll('127.0.0.1:8787', broker)
    .replaceAll('127.0.0.1:3000', appView);
}
