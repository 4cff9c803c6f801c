// The room rule: arrows point down the storeys of the house, never up, and a room is entered by its door.
const storeys = [
  'cli',
  'server',
  'schedule',
  'stream',
  'alerts',
  'notebook',
  'report',
  'hunt',
  'intel',
  'process',
  'detect',
  'rules',
  'sigma',
  'lab',
  'spl',
  'sources',
  'store',
  'events',
  'state',
  'escape',
  'config',
];
// detect needs rules and those sigma; lab writes what sources read: each storey may use every storey below it.
const upward = storeys.slice(1).map((room, index) => ({
  name: `no-arrow-up-from-${room}`,
  severity: 'error',
  comment: 'A room may only use rooms below it; pass a function down instead.',
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${storeys.slice(0, index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'door-only',
      severity: 'error',
      comment: 'Import another room through its index.ts.',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/.+', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'sigma-runs-anywhere',
      severity: 'error',
      comment: 'The Sigma engine also runs in browsers: what needs files belongs into src/rules.',
      from: { path: '^src/(sigma/|errors\\.ts)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'spl-knows-no-rules',
      severity: 'error',
      comment:
        'What SPL means, and the stand-in that runs it, judge the conversion of rules: they may share nothing.',
      from: { path: '^src/(spl|lab/splunk)/' },
      to: { path: '^src/(sigma|detect|rules)/' },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
