import { rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivateFile } from '@doorbuster/embedded';
import type { ServerView } from '../servers/server-view.js';

export interface ServiceView {
  pids: number[];
  /** Where each process answers Prometheus. */
  metrics: string[];
}

/** What runs at this moment, for tests, load generators and operators: `DATA_DIR/run.json`. */
export interface RunFile {
  platform: { pid: number };
  /** `urls` are those of all its replicas, that one included. */
  gateway: { url: string; urls: string[] };
  services: Record<string, ServiceView>;
  /** `null` when there is no page for them. */
  traces: { url: string } | null;
  postgres: ServerView;
  nats: ServerView;
}

const runFileIn = (dataDir: string): string => path.join(dataDir, 'run.json');

export const writeRunFile = (dataDir: string, run: RunFile): void =>
  writePrivateFile(runFileIn(dataDir), `${JSON.stringify(run, null, 2)}\n`);

/** A platform that does not run has none, so that nobody acts on old process ids. */
export const removeRunFile = (dataDir: string): void => rmSync(runFileIn(dataDir), { force: true });
