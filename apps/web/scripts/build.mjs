/**
 * `npm run build`: bundles the pages into `dist` and compresses each file once. Without a change since the last build
 * it does nothing. A build is made beside `dist` and then renamed, so that a gateway never serves half of one.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const web = path.resolve(import.meta.dirname, '..');
const repository = path.resolve(web, '../..');
const dist = path.join(web, 'dist');
const stampFile = path.join(dist, '.inputs');
const COMPRESSED = /\.(?:html|js|css|svg)$/;

const stamp = hashOfInputs();
if (stamp !== lastStamp()) await build();

/** All that the result depends on. The lock file stands for the packages. */
function hashOfInputs() {
  const hash = createHash('sha256');
  const files = globSync(
    [
      'apps/web/{src,scripts}/**/*.*',
      'apps/web/{index.html,package.json,vite.config.ts}',
      'libs/{api-client,contracts}/src/**/*.ts',
      'package-lock.json',
    ],
    { cwd: repository },
  );
  for (const file of files.toSorted())
    hash.update(`${file}\0`).update(readFileSync(path.join(repository, file)));
  return hash.digest('hex');
}

function lastStamp() {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}

async function build() {
  // Loaded only now: a build without changes takes a few milliseconds.
  const vite = await import('vite');
  const outDir = path.join(web, `dist.${process.pid}`);
  try {
    await vite.build({ root: web, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
    for (const file of globSync('**/*', { cwd: outDir })) compress(path.join(outDir, file));
    writeFileSync(path.join(outDir, '.inputs'), stamp);
    rmSync(dist, { recursive: true, force: true });
    renameSync(outDir, dist);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

function compress(file) {
  if (!COMPRESSED.test(file) || !statSync(file).isFile()) return;
  const bytes = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
  );
}
