import { defineConfig } from 'vitest/config';

const shared = {
  // Nest reads parameter types from the metadata that legacy decorators emit.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  // Sources of the workspace's own libraries, so that a test needs no build.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
};

const parts = {
  globalSetup: ['libs/embedded/src/testing/vitest-global-setup.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
  maxWorkers: 2,
  sequence: { groupOrder: 0 },
};

/** They read the counters or the spans of the whole process. */
const TELEMETRY_TESTS = [
  '{apps,libs,tools}/*/test/**/{metrics,tracing}.test.ts',
  'libs/telemetry/test/**/*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          ...parts,
          name: 'parts',
          include: ['{apps,libs,tools}/*/test/**/*.test.ts'],
          exclude: [...TELEMETRY_TESTS, '**/node_modules/**'],
          // Files share a worker and the modules in it: loading Nest and TypeORM for each takes as long as its tests.
          isolate: false,
        },
      },
      { ...shared, test: { ...parts, name: 'telemetry', include: TELEMETRY_TESTS } },
      {
        ...shared,
        test: {
          name: 'platform',
          include: ['e2e/test/**/*.test.ts'],
          testTimeout: process.env['CHAOS'] === 'long' ? 1_800_000 : 180_000,
          hookTimeout: 180_000,
          // Each file has a platform of its own: seven processes at least.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
