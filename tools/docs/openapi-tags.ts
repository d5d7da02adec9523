type Topic = { readonly name: string; readonly description: string; readonly paths: readonly string[] };

/** The topics of the OpenAPI description, in reading order. A route belongs to the topic with the longest prefix of its path. */
const topics: readonly Topic[] = [
  {
    name: 'Signing in',
    description: 'How a browser becomes a session of the account. For web apps.',
    paths: ['/oauth/'],
  },
  {
    name: 'The account',
    description: 'Who the caller is, and where the account is signed in.',
    paths: ['/api/me', '/api/ui-sessions'],
  },
  {
    name: "Calls of the account's server",
    description: 'What a caller sends here goes to the PDS of the account, signed.',
    paths: ['/xrpc/{nsid}'],
  },
  {
    name: 'Service tokens',
    description: 'Short-lived tokens with which other services know the account.',
    paths: ['/api/service-tokens'],
  },
  { name: 'API keys', description: "An account's own keys.", paths: ['/api/keys'] },
  {
    name: 'Key requests',
    description: 'How a program gets a key from the owner of an account.',
    paths: ['/api/key-requests'],
  },
  {
    name: 'Password sessions',
    description: 'For programs written for app passwords. An API key is the password.',
    paths: ['/xrpc/com.atproto.server.', '/.well-known/did.json', '/did.json'],
  },
  {
    name: 'For AppViews',
    description: 'Who is behind a request: asked by a reverse proxy or by a back end.',
    paths: ['/api/forward-auth', '/api/introspect'],
  },
  {
    name: 'Native apps',
    description: 'Pushed requests, tokens and revocation for registered native apps (RFC 9126, 6749, 7009).',
    paths: ['/native/'],
  },
  { name: 'Operating: sessions', description: 'All sessions of the broker.', paths: ['/api/sessions'] },
  { name: 'Operating: native apps', description: 'Their registry and keys.', paths: ['/api/native-apps'] },
  {
    name: 'Operating: keys and tokens',
    description: "The client's signing keys, and temp tokens.",
    paths: ['/api/client-keys', '/api/temp-tokens'],
  },
  {
    name: 'Operating: instances and audit',
    description: 'Running processes, and who did what.',
    paths: ['/api/instances', '/api/audit-events'],
  },
  {
    name: 'The OAuth client',
    description: "What issuers read of the broker's client.",
    paths: ['/oauth-client-metadata.json', '/.well-known/jwks.json'],
  },
  {
    name: 'Health',
    description: 'For load balancers and Prometheus.',
    paths: ['/livez', '/readyz', '/metrics'],
  },
];

/** The tags of the OpenAPI description, in reading order. */
export const openApiTags = topics.map(({ name, description }) => ({ name, description }));

/** Returns the tag of a route, or undefined if no topic has its path. `path` is without the base path. */
export function tagOf(path: string): string | undefined {
  const prefixes = topics.flatMap(({ name, paths }) => paths.map(prefix => ({ name, prefix })));
  const fitting = prefixes.filter(({ prefix }) => path.startsWith(prefix));
  return fitting.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.name;
}
