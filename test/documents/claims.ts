/** The blocks of one language in a document that a suite runs or checks. It gets them from `blocksFor` with its path. */
export type Claim = {
  readonly by: string;
  readonly document: string;
  readonly language: string;
  /** Only blocks with this text. */
  readonly holding?: string;
};

const calls = 'test/documents/calls.spec.ts';
const scripts = 'test/documents/scripts.spec.ts';
const settings = 'test/documents/settings.spec.ts';
const registry = 'test/scopes/documented-registry.spec.ts';
const bots = 'test/examples/bots.spec.ts';
const nativeApps = 'test/native-apps/documentation.spec.ts';

/** Which suite runs which blocks. `test/structure/blocks.spec.ts` finds a block that none or two claim. */
export const claims: readonly Claim[] = [
  { by: scripts, document: 'README.md', language: 'sh' },
  { by: calls, document: 'docs/app-passwords.md', language: 'ts' },
  { by: calls, document: 'docs/app-passwords.md', language: 'python' },
  { by: calls, document: 'docs/app-passwords.md', language: 'go' },
  { by: calls, document: 'docs/app-passwords.md', language: 'sh' },
  { by: calls, document: 'docs/appviews.md', language: 'sh' },
  { by: 'test/introspection/nginx.spec.ts', document: 'docs/appviews.md', language: 'nginx' },
  { by: 'test/introspection/caddy.spec.ts', document: 'docs/appviews.md', language: 'caddyfile' },
  { by: settings, document: 'docs/appviews.md', language: 'env' },
  { by: calls, document: 'docs/bots.md', language: 'ts' },
  { by: calls, document: 'docs/bots.md', language: 'python' },
  { by: calls, document: 'docs/bots.md', language: 'go' },
  { by: calls, document: 'docs/bots.md', language: 'sh' },
  { by: calls, document: 'docs/native-apps.md', language: 'sh' },
  { by: calls, document: 'docs/native-apps.md', language: 'json', holding: 'clientName' },
  { by: nativeApps, document: 'docs/native-apps.md', language: 'json', holding: 'jwks_uri' },
  { by: nativeApps, document: 'docs/native-apps.md', language: 'ts' },
  { by: scripts, document: 'docs/operating/install.md', language: 'sh', holding: 'npm ' },
  { by: calls, document: 'docs/operating/install.md', language: 'sh', holding: 'curl ' },
  { by: settings, document: 'docs/operating/install.md', language: 'env' },
  { by: calls, document: 'docs/operating/install.md', language: 'nginx' },
  { by: calls, document: 'docs/operating/keys.md', language: 'sh' },
  { by: calls, document: 'docs/operating/monitoring.md', language: 'sh' },
  { by: settings, document: 'docs/operating/monitoring.md', language: 'env' },
  { by: settings, document: 'docs/operating/sizing.md', language: 'env' },
  { by: settings, document: 'docs/permission-sets.md', language: 'env' },
  { by: registry, document: 'docs/permission-sets.md', language: 'sh' },
  { by: registry, document: 'docs/permission-sets.md', language: 'json' },
  { by: scripts, document: 'docs/proof.md', language: 'sh' },
  { by: scripts, document: 'docs/quick-start.md', language: 'sh', holding: 'npm ' },
  { by: calls, document: 'docs/quick-start.md', language: 'sh', holding: 'LATCHKEY_KEY' },
  { by: calls, document: 'docs/scopes.md', language: 'sh' },
  { by: calls, document: 'docs/service-tokens.md', language: 'sh' },
  { by: calls, document: 'docs/temp-tokens.md', language: 'sh' },
  { by: calls, document: 'docs/web-apps.md', language: 'js' },
  { by: calls, document: 'docs/web-apps.md', language: 'sh' },
  { by: settings, document: 'docs/web-apps.md', language: 'env' },
  { by: bots, document: 'examples/bot-python/README.md', language: 'sh' },
  { by: bots, document: 'examples/bot-ts/README.md', language: 'sh' },
];
