/** Who may import whom: see docs/architecture.md. `tools/architecture-tests` breaks each rule in a fixture. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** `libs/x/src/index.ts` and the other files that the `exports` of a library's package.json name. */
const libraryEntries = globSync('libs/*/package.json', { cwd: import.meta.dirname }).flatMap((manifest) => {
  const { exports } = JSON.parse(readFileSync(path.join(import.meta.dirname, manifest), 'utf8'));
  return Object.values(exports).map(({ source }) => path.posix.join(path.dirname(manifest), source));
});

const domain = ['(?:^|/)apps/[^/]+/src/domain/', '(?:^|/)apps/[^/]+/src/.+/domain/'];

export default {
  forbidden: [
    {
      name: 'no-app-imports-another-app',
      comment: 'Services talk over NATS. Code that two of them need is a library.',
      severity: 'error',
      from: { path: '(?:^|/)apps/([^/]+)/' },
      to: { path: '(?:^|/)apps/[^/]+/', pathNot: '(?:^|/)apps/$1/' },
    },
    {
      name: 'no-lib-imports-an-app-or-a-tool',
      severity: 'error',
      from: { path: '(?:^|/)libs/' },
      to: { path: '(?:^|/)(apps|tools|e2e)/', pathNot: '(?:^|/)libs/' },
    },
    {
      name: 'contracts-depend-on-zod-alone',
      severity: 'error',
      from: { path: '(?:^|/)libs/contracts/src/' },
      to: { pathNot: ['(?:^|/)libs/contracts/src/', '^zod$', 'node_modules/zod/'] },
    },
    {
      name: 'saga-depends-on-nothing',
      comment: 'The engine is pure. Nest, TypeORM and the clock are in its entry `nest`.',
      severity: 'error',
      from: { path: '(?:^|/)libs/saga/src/(?!nest/)' },
      to: { pathNot: '(?:^|/)libs/saga/src/(?!nest/)' },
    },
    {
      name: 'domain-is-pure',
      comment:
        'Decisions are functions over plain data. A domain imports contracts, the saga engine and other domain files.',
      severity: 'error',
      from: { path: domain },
      to: {
        pathNot: [
          ...domain,
          '(?:^|/)libs/(contracts|saga)/src/(?!nest/)',
          '^(zod|uuid)$',
          'node_modules/(zod|uuid)/',
          '^(node:)?crypto$',
        ],
      },
    },
    {
      name: 'libraries-by-their-entry',
      comment: 'From outside, a library is the entries that its package.json names.',
      severity: 'error',
      from: { path: '(?:^|/)(apps|libs|tools|e2e)/([^/]+)/' },
      to: {
        path: '(?:^|/)libs/[^/]+/src/',
        pathNot: ['(?:^|/)libs/$2/', ...libraryEntries.map((entry) => `^${RegExp.escape(entry)}$`)],
      },
    },
    {
      name: 'no-cycles',
      comment: 'Imports of types count, too.',
      severity: 'error',
      from: {},
      to: { circular: true },
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
