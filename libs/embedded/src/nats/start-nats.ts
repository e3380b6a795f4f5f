import { mkdirSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import type { NatsUser } from '@doorbuster/contracts';
import type { Credentials } from '../credentials.js';
import { writePrivateFile } from '../files.js';
import { findFreePort } from '../ports.js';
import { launchServer } from '../process/launch-server.js';
import type { RunningProcess } from '../process/server-process.js';
import { findNatsServer } from './binary.js';
import { natsConfiguration, type NatsClusterMember, type NatsConfiguration } from './configuration.js';

export interface NatsOptions {
  /** Configuration and storage; created when missing. The log is `<dir>.log`. */
  dir: string;
  passwords: Credentials['nats'];
  /** A free port by default. Use the same on every start, so that clients can reconnect. */
  port?: number;
  /** Requires TLS on every connection; `url` begins with `tls:`. */
  tls?: NatsConfiguration['tls'];
  /** The server accepts connections before the cluster has formed. */
  cluster?: NatsClusterMember;
  startDeadlineMs?: number;
  /** Called with every process when it starts, before it serves. */
  onSpawn?: (pid: number) => void;
}

export interface NatsServer extends RunningProcess {
  readonly dir: string;
  readonly port: number;
  url(user: 'admin' | NatsUser): string;
  /** False when the storage of the running server was deleted. NATS does not notice it. */
  hasItsStorage(): boolean;
}

const START_DEADLINE_MS = 60_000;

/**
 * Starts NATS with JetStream on 127.0.0.1 and resolves when it accepts connections. The same call restarts it after any
 * end. If its directory was deleted, it starts empty.
 */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const binary = await findNatsServer();
  const dir = path.resolve(options.dir);
  const port = options.port ?? (await findFreePort());
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = path.join(dir, 'nats-server.conf');
  // JetStream appends `jetstream` to this directory.
  const { passwords, tls, cluster } = options;
  writePrivateFile(file, natsConfiguration({ port, storeDir: dir, passwords, tls, cluster }));
  const running = await launchServer({
    name: 'NATS',
    process: { command: binary, args: ['-c', file], cwd: dir, onSpawn: options.onSpawn },
    log: `${dir}.log`,
    isReady: () => greets(port),
    passing: /address already in use/,
    deadlineMs: options.startDeadlineMs ?? START_DEADLINE_MS,
  });
  const storage = storageOf(dir);
  const scheme = tls ? 'tls' : 'nats';
  return {
    ...running,
    dir,
    port,
    url: (user) => `${scheme}://${user}:${passwords[user]}@127.0.0.1:${port}`,
    hasItsStorage: () => storageOf(dir) === storage,
  };
}

/** Deletes the storage of NATS, as a lost disk would. */
export const wipeNats = (dir: string): void => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });

/** Another directory of the same name has another inode. */
function storageOf(dir: string): number | undefined {
  return statSync(path.join(dir, 'jetstream'), { throwIfNoEntry: false })?.ino;
}

/** A NATS server sends `INFO {...}` first. It listens once JetStream has recovered. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2_000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('data', (chunk) => done(/^INFO .*"jetstream":true/.test(chunk.toString())));
  });
}
