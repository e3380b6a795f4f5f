import { rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivateFile } from '@doorbuster/embedded';

/** A server in run.json. */
export interface ServerView {
  /** `null` for an external server and during a restart. */
  pid: number | null;
  /** With an administrator's credentials. */
  url: string;
  /** The storage; `null` for an external server. */
  dir: string | null;
}

export interface ServiceView {
  pids: number[];
  /** Where each process answers Prometheus. */
  metrics: string[];
}

/** `DATA_DIR/run.json`: addresses and process ids, for tests, load generators and operators. */
export interface RunFile {
  platform: { pid: number };
  /** `urls` has all replicas, `url` included. */
  gateway: { url: string; urls: string[] };
  services: Record<string, ServiceView>;
  /** `null` without a traces page. */
  traces: { url: string } | null;
  postgres: ServerView;
  nats: ServerView;
}

const runFileIn = (dataDir: string): string => path.join(dataDir, 'run.json');

export const writeRunFile = (dataDir: string, run: RunFile): void =>
  writePrivateFile(runFileIn(dataDir), `${JSON.stringify(run, null, 2)}\n`);

/** Process ids of a stopped platform are invalid, so the file is removed. */
export const removeRunFile = (dataDir: string): void => rmSync(runFileIn(dataDir), { force: true });
