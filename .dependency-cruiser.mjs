/** Who may import whom: see docs/architecture.md. Tried on fixtures that must fail by tools/architecture-tests/test. */
const frameworks = '^@nestjs/|^typeorm$|^fastify$|^rxjs$|^pg$|^@nats-io/';

export default {
  forbidden: [
    {
      name: 'no-app-imports-another-app',
      comment: 'Services talk over NATS. What two of them need is a library.',
      severity: 'error',
      from: { path: '(?:^|/)apps/([^/]+)/' },
      to: { path: '(?:^|/)apps/[^/]+/', pathNot: '(?:^|/)apps/$1/' },
    },
    {
      name: 'no-lib-imports-an-app-or-a-tool',
      severity: 'error',
      from: { path: '(?:^|/)libs/' },
      to: { path: '(?:^|/)(apps|tools|e2e)/' },
    },
    {
      name: 'contracts-and-saga-depend-on-nothing',
      comment: 'Contracts know Zod and nothing else; the saga engine knows nothing else at all.',
      severity: 'error',
      from: { path: '(?:^|/)libs/(contracts|saga)/src/' },
      to: { pathNot: ['(?:^|/)libs/(contracts|saga)/src/', '^zod$', 'node_modules/zod/'] },
    },
    {
      name: 'domain-is-pure',
      comment: 'Decisions are functions over plain data: no framework, no I/O, no clock of their own.',
      severity: 'error',
      from: { path: ['(?:^|/)apps/[^/]+/src/domain/', '(?:^|/)apps/[^/]+/src/.+/domain/'] },
      to: {
        path: [
          frameworks,
          'node_modules/(@nestjs|typeorm|fastify|rxjs|pg|@nats-io)/',
          '^(node:)?(fs|net|http|child_process|timers)',
          '(?:^|/)apps/[^/]+/src/(messaging|persistence|http|queries)/',
          '(?:^|/)apps/.*\\.(entity|repository|sql|service|handler|scheduler|module|rpc-controller)\\.ts$',
        ],
      },
    },
    {
      name: 'libraries-by-their-entry',
      comment: 'From outside, a library is its index, or an entry that its package.json names.',
      severity: 'error',
      from: { path: '(?:^|/)(apps|libs|tools)/([^/]+)/' },
      to: {
        path: '(?:^|/)libs/[^/]+/src/',
        pathNot: ['(?:^|/)libs/$2/', '/src/(index|testing|process|start)\\.ts$'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(?:^|/)dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
    },
  },
};
