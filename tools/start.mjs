/** `npm start`: checks Node.js, compiles and runs the platform in this process. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const platform = new URL('platform/dist/main.js', import.meta.url);
const wanted = readFileSync(new URL('../.nvmrc', import.meta.url), 'utf8').trim();

if (Number(process.versions.node.split('.', 1)[0]) < Number(wanted)) {
  const how = 'on Linux x64 run `npm ci`, which brings it, and then `npm start`; elsewhere install it';
  fail(`Doorbuster needs Node.js ${wanted} or newer, and this is ${process.version}; ${how}`);
}
if (!existsSync(platform)) process.stdout.write('compiling, half a minute the first time\n');
const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
if (status !== 0) fail('Doorbuster does not compile; the lines above say why');
await import(platform);

function fail(why) {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
