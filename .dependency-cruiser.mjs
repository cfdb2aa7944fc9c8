// The import arrows of the house: protocol <- session <- infra <- gateway, workers. Checked, not remembered.
const room = (name) => `^${name}/`

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphan-modules', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'protocol-runs-anywhere',
      comment: 'protocol runs in Node, browsers and k6: no other room, no node: import',
      severity: 'error',
      from: { path: room('protocol'), pathNot: ['\\.test\\.ts$', '^protocol/(asyncapi|fixtures|client/(pack|node))/'] },
      to: {
        path: '^(gateway|session|workers|load-tests|infra|protocol/client/node)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'protocol-has-no-node-import',
      severity: 'error',
      from: { path: room('protocol'), pathNot: ['\\.test\\.ts$', '^protocol/(asyncapi|fixtures|client/(pack|node))/'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'session-is-pure',
      comment: 'no I/O, no clock, no package: session imports protocol alone',
      severity: 'error',
      from: { path: room('session'), pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^(session|protocol)/' },
    },
    {
      name: 'infra-is-below',
      severity: 'error',
      from: { path: room('infra'), pathNot: '\\.test\\.ts$' },
      to: { path: '^(gateway|workers|load-tests)/' },
    },
    {
      name: 'gateway-and-workers-are-apart',
      severity: 'error',
      from: { path: room('gateway') },
      to: { path: '^(workers|load-tests)/' },
    },
    {
      name: 'workers-and-gateway-are-apart',
      severity: 'error',
      from: { path: room('workers') },
      to: { path: '^(gateway|load-tests)/' },
    },
    {
      name: 'load-tests-see-protocol-alone',
      severity: 'error',
      from: { path: room('load-tests'), pathNot: ['\\.test\\.ts$', '^load-tests/(bytes|simulation)/'] },
      to: { path: '^(gateway|session|workers)/' },
    },
    {
      name: 'the-simulation-is-seen-by-nobody',
      comment:
        'it runs the real gateway and workers in one process (adr/0009), which nothing else may but the bench of frames, with its models',
      severity: 'error',
      from: { pathNot: '^load-tests/(simulation|bytes)/' },
      to: { path: '^load-tests/simulation/' },
    },
    {
      name: 'vendor-clients-live-in-infra',
      severity: 'error',
      from: { path: '^(gateway|workers|session|protocol|load-tests)/', pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/(ioredis|pg|kafkajs|@clickhouse|chdb|@opensearch-project|minio|oidc-provider)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The tutorial imports the package as its reader has it.
    exclude: { path: '^protocol/client/(dist/|tutorial/(node|own|browser)/)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
