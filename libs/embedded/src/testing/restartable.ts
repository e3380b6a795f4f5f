import type { RunningProcess } from '../process/server-process.js';
import { startGuard } from './guard.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from './temporary.js';

/** A server that a test can stop and start. It keeps its port and data. */
export interface RestartableServer {
  readonly pid: number;
  start(): Promise<void>;
  /** Orderly. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Ends the server and removes its data. */
  dispose(): Promise<void>;
}

/** Options of a start; the port is that of the first start. */
export interface RestartableStart {
  directory: string;
  port?: number;
  onSpawn: (pid: number) => void;
}

/** `guardSignal` ends the server and its child processes at once. */
export async function startRestartable<Server extends RunningProcess & { port: number }>(
  start: (how: RestartableStart) => Promise<Server>,
  guardSignal: 'QUIT' | 'KILL',
): Promise<RestartableServer & { readonly first: Server }> {
  const directory = makeTemporaryDirectory();
  const guard = startGuard(guardSignal, directory);
  let running: Server | undefined;
  let port: { port: number } | undefined;
  const launch = async (): Promise<Server> => {
    if (running !== undefined) throw new Error('the server runs already');
    running = await start({ directory, onSpawn: (pid) => guard.watch(pid), ...port });
    port = { port: running.port };
    return running;
  };
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    guard.relax();
    await running?.[how]();
    running = undefined;
  };
  const dispose = async (): Promise<void> => {
    await end('stop');
    guard.end();
    removeTemporaryDirectory(directory);
  };
  const first = await launch().catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  return {
    first,
    get pid() {
      if (running === undefined) throw new Error('the server does not run');
      return running.pid;
    },
    start: async () => void (await launch()),
    stop: () => end('stop'),
    kill: () => end('kill'),
    dispose,
  };
}
