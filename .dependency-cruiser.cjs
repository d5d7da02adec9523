/** The folders of `src/`, in the order of the design: a folder imports only folders listed above it. */
const order = [
  'config',
  'errors',
  'waiting',
  'observability',
  'database',
  'crypto',
  'audit',
  'leases',
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
];

const specs = '\\.spec\\.tsx?$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'known-folders-only',
      comment: 'A new folder in src/ takes its place in the order above.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: `^src/(${order.join('|')})/` },
    },
    ...order.map((folder, index) => ({
      name: `${folder}-imports-only-above`,
      severity: 'error',
      from: { path: `^src/${folder}/`, pathNot: specs },
      to: { path: '^src/', pathNot: `^src/(${order.slice(0, index + 1).join('|')})/` },
    })),
    {
      name: 'oauth-library-in-oauth-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/oauth/' },
      to: { path: 'node_modules/@atproto/oauth-client' },
    },
    {
      name: 'src-never-imports-tests',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: specs },
      to: { path: '^(test|bench)/' },
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
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
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
