/** The folders of `src/`, in the order of the design: a folder imports only folders listed above it. */
const folders = [
  'config',
  'errors',
  'caching',
  'waiting',
  'observability',
  'database',
  'crypto',
  'audit',
  'leases',
  'high-water',
  'http',
  'access',
  'identity',
  'oauth',
  'single-use',
  'sessions',
  'ui-sessions',
  'operator-sessions',
  'temp-tokens',
  'api-keys',
  'login',
  'service-tokens',
  'xrpc',
  'introspection',
  'native-apps',
  'background',
  'web',
  'cli',
  'client',
];

/**
 * The rooms of a folder, in their order: a room imports only rooms listed before it, and nothing that stands at the
 * folder's root. What stands there, such as the module, imports any room.
 */
const rooms = {
  config: ['values'],
  observability: ['log', 'metrics'],
  leases: ['clock', 'spools', 'instances'],
  database: ['tables', 'engine', 'postgres', 'sqlite', 'connection', 'cache', 'migrator', 'home'],
  http: ['origins', 'errors', 'schemas', 'edge', 'operator'],
  identity: ['network', 'outbound', 'resolution', 'handles', 'pictures'],
  oauth: ['scopes', 'dpop', 'client-keys', 'issuers', 'authorization', 'refresh'],
  'single-use': ['spool'],
  sessions: ['methods', 'stored', 'pds', 'answers', 'refresh', 'rollback', 'endings', 'use', 'operator'],
  'api-keys': ['usage', 'keys', 'edits', 'password-sessions', 'requests'],
  'api-keys/requests': ['rules', 'stored'],
  'native-apps': ['registry', 'tokens', 'refresh', 'endpoints'],
  background: ['sweeps', 'refresh', 'tasks', 'states'],
  web: ['assets', 'texts', 'frame', 'errors', 'usage', 'sign-in', 'account', 'connect', 'admin', 'docs'],
  'web/frame': ['times'],
  'web/account': ['frame', 'browsers', 'secrets', 'keys', 'new-key', 'overview'],
  'web/admin': [
    'frame',
    'audit-events',
    'client-keys',
    'instances',
    'native-apps',
    'sessions',
    'sign-in',
    'overview',
  ],
  cli: ['command', 'setup', 'keys', 'operator'],
};

const specs = '\\.spec\\.tsx?$';

/** One rule for each of `names` in `base`: it imports, of all that `base` holds, only itself and names before it. */
function importsOnlyAbove(base, names) {
  return names.map((name, index) => ({
    name: `${base.replace(/^src\//, '')}${name}-imports-only-above`,
    severity: 'error',
    from: { path: `^${base}${name}/`, pathNot: specs },
    to: { path: `^${base}`, pathNot: `^${base}(${names.slice(0, index + 1).join('|')})/` },
  }));
}

/** Every folder of `base` stands in `names`, so that a new one gets its place in the order. */
function knownOnly(base, names) {
  return {
    name: `${base.replace(/^src\//, '')}known-only`,
    comment: 'Give a new folder its place in the order above.',
    severity: 'error',
    from: {},
    to: { path: `^${base}[^/]+/`, pathNot: `^${base}(${names.join('|')})/` },
  };
}

const withoutRooms = folders.filter(folder => !(folder in rooms));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    knownOnly('src/', folders),
    ...importsOnlyAbove('src/', folders),
    ...Object.entries(rooms).flatMap(([folder, names]) => [
      knownOnly(`src/${folder}/`, names),
      ...importsOnlyAbove(`src/${folder}/`, names),
    ]),
    {
      name: 'rooms-are-listed',
      comment: 'Give the rooms of a folder their order above.',
      severity: 'error',
      from: {},
      to: { path: `^src/(${withoutRooms.join('|')})/.+/` },
    },
    {
      name: 'oauth-library-in-oauth-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/oauth/' },
      to: { path: 'node_modules/@atproto/oauth-client' },
    },
    {
      name: 'client-imports-nothing',
      comment: 'It runs wherever fetch does: in browsers, Deno, Bun and any Node.',
      severity: 'error',
      from: { path: '^src/client/', pathNot: specs },
      to: { pathNot: '^src/client/' },
    },
    {
      name: 'broker-never-imports-its-client',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/client/', specs] },
      to: { path: '^src/client/' },
    },
    {
      name: 'examples-import-packages-only',
      comment: 'People copy them.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { pathNot: ['^examples/', '^src/client/index.ts$', 'node_modules/'] },
    },
    {
      name: 'product-never-imports-workshop',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: specs },
      to: { path: '^(test|bench|tools)/' },
    },
    {
      name: 'test-never-imports-bench',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '^bench/' },
    },
    {
      name: 'migrations-import-kysely-only',
      severity: 'error',
      from: { path: '^migrations/', pathNot: specs },
      to: { pathNot: ['^migrations/', 'node_modules/kysely/'] },
    },
    {
      name: 'no-development-packages-in-src',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: specs },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: specs },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
