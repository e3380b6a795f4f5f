/** `npm run check`: all that CI checks. The static checks run beside the tests, which wait for servers half of the time. */
import { spawn, spawnSync } from 'node:child_process';
import { constants, setPriority } from 'node:os';

const BESIDE_THE_TESTS = ['check:types', 'check:format', 'check:lint', 'check:imports', 'check:unused'];
const OUTPUT_CHARACTERS_MAX = 100_000;

const failed = [];
// Both the tests and the check of types compile what is not yet compiled, and must not do so at the same time.
spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'ignore' });
await Promise.all([check('test', 'inherit'), ...BESIDE_THE_TESTS.map((script) => check(script))]);
for (const script of failed) process.stderr.write(`check failed: npm run ${script}\n`);
process.exit(failed.length === 0 ? 0 : 1);

async function check(script, stdio = 'pipe') {
  const startedAt = performance.now();
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', stdio, stdio] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => (output = (output + text).slice(-OUTPUT_CHARACTERS_MAX)));
  }
  if (script !== 'test' && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const code = await new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  if (code !== 0) failed.push(script);
  if (stdio === 'pipe' && code !== 0) process.stderr.write(`${output}\n`);
  process.stdout.write(
    `${script}: ${code === 0 ? 'passed' : 'failed'} in ${Math.round((performance.now() - startedAt) / 1_000)} s\n`,
  );
}
