/**
 * `npm test` and `npm run test:quick`: say what runs and for how long, then build and run it. Further arguments are those of
 * Vitest, such as the files to run.
 */
import { spawnSync } from 'node:child_process';

/** The tests of parts that take longest or need the build. */
const NOT_QUICK = [
  // Kill and restart servers, or wait until a deadline has passed.
  'apps/catalog/test/products/cache/redis-tls.test.ts',
  'apps/catalog/test/products/cached-reads.test.ts',
  'apps/catalog/test/republish/republish.test.ts',
  'apps/catalog/test/sales/sales.test.ts',
  'apps/gateway/test/edge/connections.test.ts',
  'apps/gateway/test/orders/order-outcome.test.ts',
  'apps/gateway/test/orders/waiting-for-the-outcome.test.ts',
  'apps/gateway/test/sold-out/sold-out-gate.test.ts',
  'apps/inventory/test/reservations/expiry.test.ts',
  'apps/inventory/test/reservations/races.test.ts',
  'apps/orders/test/checkout/checkout.test.ts',
  'apps/orders/test/checkout/timeouts.test.ts',
  'apps/orders/test/two-releases.test.ts',
  'apps/payments/test/integration/recovery.test.ts',
  'libs/embedded/test/postgres.test.ts',
  'libs/messaging/test/broker-loss.test.ts',
  'libs/messaging/test/cluster.test.ts',
  'libs/persistence/test/database.test.ts',
  'libs/persistence/test/migrations.test.ts',
  'libs/persistence/test/outbox.test.ts',
  'libs/persistence/test/unit-of-work.test.ts',
  'tools/platform/test/platform.test.ts',
  'tools/platform/test/supervised.test.ts',
  // Run what is built, or the tools of the repository.
  'apps/orders/test/process.test.ts',
  'libs/fault-points/test/fault-points.test.ts',
  'libs/telemetry/test/otlp-tls.test.ts',
  'tools/architecture-tests/test/import-rules.test.ts',
  'tools/deploy/test/cluster-commands.test.ts',
];

const [mode, ...rest] = process.argv.slice(2);
const isQuick = mode === 'quick';
const vitestArguments = isQuick ? rest : process.argv.slice(2);

if (isQuick) {
  say(`Tests of the parts on their own, with real PostgreSQL and NATS servers: under a minute on two cores.
Left out: whole platforms, restarts of servers, long waits, and whatever needs a build. npm test runs all.`);
  run('vitest', [
    'run',
    '--project=parts',
    '--project=telemetry',
    ...NOT_QUICK.map((file) => `--exclude=${file}`),
    ...vitestArguments,
  ]);
} else {
  if (vitestArguments.length === 0)
    say(`All tests: first the parts on their own, then whole platforms that are bought from, killed and upgraded.
About 9 minutes on two cores, after a build of up to one. npm run test:quick takes under a minute.`);
  run('tsc', ['-b']);
  run('vitest', ['run', ...vitestArguments]);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** npm has put the programs of the repository on the PATH. */
function run(program, programArguments) {
  const { status } = spawnSync(program, programArguments, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
