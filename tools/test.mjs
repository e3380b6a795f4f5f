/**
 * `npm test` and `npm run test:quick`: say what runs and for how long, then build and run it. Further arguments are those of
 * Vitest, such as the files to run.
 */
import { spawnSync } from 'node:child_process';

const [mode, ...rest] = process.argv.slice(2);
const isQuick = mode === 'quick';
const vitestArguments = isQuick ? rest : process.argv.slice(2);

if (isQuick) {
  say(`Unit and property tests, and the shorter tests of services on real PostgreSQL and NATS: under a minute on two cores.
Left out: whole platforms, what needs a build, and what kills servers, waits or starts several services. npm test runs all.`);
  process.env['QUICK_TESTS'] = 'only';
  run('vitest', ['run', '--project=parts', '--project=telemetry', ...vitestArguments]);
} else {
  if (vitestArguments.length === 0)
    say(`All tests: first the parts on their own, then whole platforms that are bought from, killed and upgraded.
About 18 minutes on two cores, after a build of up to one. npm run test:quick takes under a minute.`);
  run('npm', ['run', '--silent', 'build']);
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
