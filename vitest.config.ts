import { defineConfig } from 'vitest/config';
import { SLOW_TESTS } from './tools/slow-tests.js';
import { ProgressReporter } from './tools/test-progress.js';

const shared = {
  // Nest reads parameter types from the metadata that legacy decorators emit.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  // Sources of the workspace's own libraries, so that a test sees a change without a build. The set-up needs one build.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
};

const parts = {
  globalSetup: ['libs/embedded/src/testing/vitest-global-setup.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
  maxWorkers: 3,
  sequence: { groupOrder: 0 },
  exclude: ['**/node_modules/**', ...(process.env['QUICK_TESTS'] === 'only' ? SLOW_TESTS : [])],
};

/** They read the counters or the spans of the whole process. */
const TELEMETRY_TESTS = [
  '{apps,libs,tools}/*/test/**/{metrics,tracing}.test.ts',
  'libs/telemetry/test/**/*.test.ts',
];

const platforms = {
  testTimeout: process.env['CHAOS'] === 'long' ? 1_800_000 : 180_000,
  hookTimeout: 180_000,
};

/** They expect answers within a time, so nothing else runs beside them. */
const TIMED_TESTS = ['e2e/test/{faulty-sales,hung-replica,rolling}.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', new ProgressReporter()],
    // What a passing test prints, such as the log of a service, is noise.
    silent: 'passed-only',
    // Others are not listed one by one.
    slowTestThreshold: 5_000,
    projects: [
      {
        ...shared,
        test: {
          ...parts,
          name: 'parts',
          include: ['{apps,libs,tools}/*/test/**/*.test.ts'],
          exclude: [...TELEMETRY_TESTS, ...parts.exclude],
          // Files share a worker and the modules in it: loading Nest and TypeORM for each takes as long as its tests.
          isolate: false,
        },
      },
      { ...shared, test: { ...parts, name: 'telemetry', include: TELEMETRY_TESTS } },
      {
        ...shared,
        test: {
          ...platforms,
          name: 'platform',
          include: ['e2e/test/**/*.test.ts'],
          exclude: TIMED_TESTS,
          // Each file has a platform of its own, seven processes at least, and waits for restarts half of the time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          ...platforms,
          name: 'platform-alone',
          include: TIMED_TESTS,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
