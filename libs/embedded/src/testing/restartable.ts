import type { RunningProcess } from '../process/server-process.js';
import { guard } from './guard.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from './temporary.js';

/** A server that a test may end and start again; it keeps its port and its data. */
export interface RestartableServer {
  readonly pid: number;
  start(): Promise<void>;
  /** In order. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Ends it for good and removes what it kept. */
  dispose(): Promise<void>;
}

/** `guardSignal`: what ends the server at once and with it everything that it started. */
export async function startRestartable<Server extends RunningProcess>(
  start: (directory: string) => Promise<Server>,
  guardSignal: 'QUIT' | 'KILL',
): Promise<RestartableServer & { readonly directory: string; readonly first: Server }> {
  const directory = makeTemporaryDirectory();
  let running: Server | undefined;
  let callOffGuard: () => void = () => undefined;
  const launch = async (): Promise<Server> => {
    if (running !== undefined) throw new Error('the server runs already');
    running = await start(directory);
    callOffGuard = guard(running.pid, guardSignal, directory);
    return running;
  };
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    if (running === undefined) return;
    callOffGuard();
    await running[how]();
    running = undefined;
  };
  const first = await launch().catch((error: unknown) => {
    removeTemporaryDirectory(directory);
    throw error;
  });
  return {
    directory,
    first,
    get pid() {
      if (running === undefined) throw new Error('the server does not run');
      return running.pid;
    },
    start: async () => void (await launch()),
    stop: () => end('stop'),
    kill: () => end('kill'),
    async dispose() {
      await end('stop');
      removeTemporaryDirectory(directory);
    },
  };
}
