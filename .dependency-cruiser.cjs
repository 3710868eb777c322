// The doors of the house (src/README.md has them as a table): which room may import which.
const doors = {
  model: [],
  platform: [],
  config: ['model', 'platform'],
  normalise: ['model'],
  track: ['model'],
  sync: ['model', 'connector/connector.ts'],
  store: ['model', 'platform'],
  credential: ['model', 'platform', 'store'],
  outbox: ['model', 'platform', 'store', 'connector/connector.ts'],
  publish: ['model', 'platform', 'store'],
  health: ['model', 'platform', 'store'],
  mailbox: [
    'model',
    'platform',
    'store',
    'connector/connector.ts',
    'normalise',
    'track',
    'sync',
    'outbox',
    'publish',
    'health',
    'credential',
    'config',
  ],
  api: ['model', 'platform', 'config', 'store', 'mailbox', 'outbox', 'publish', 'health'],
  cli: ['model', 'platform', 'config', 'store', 'mailbox', 'outbox', 'publish', 'health', 'credential', 'connector/connector.ts'],
  dashboard: ['model', 'api'],
};
const quote = (room) => room.replace('.', '\\.');
const allowed = (room, rooms) =>
  `^src/(${[room, ...rooms].map((name) => (name.endsWith('.ts') ? `${quote(name)}$` : `${name}/`)).join('|')})`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src-never-imports-tests',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'only-main-imports-everything',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'sql-stays-in-the-store',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/store/', '\\.test\\.ts$'] },
      to: { path: 'node_modules/(knex|pg|pg-copy-streams)/' },
    },
    {
      name: 'one-reader-of-configuration-files',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(config|cli)/' },
      to: { path: 'node_modules/yaml/' },
    },
    {
      name: 'the-contract-knows-no-connector',
      severity: 'error',
      from: { path: '^src/connector/connector\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(model|platform)/' },
    },
    {
      name: 'the-exchange-stand-in-stands-alone',
      severity: 'error',
      from: { path: '^test/servers/exchange/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'a-connector-knows-only-the-contract',
      severity: 'error',
      from: { path: '^src/connector/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(model/|platform/|connector/connector\\.ts$|connector/$1/)' },
    },
    ...Object.entries(doors).map(([room, rooms]) => ({
      name: `door-of-${room}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: allowed(room, rooms) },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'test/fixtures' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.json'],
    },
  },
};
