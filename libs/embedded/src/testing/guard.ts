import { spawn } from 'node:child_process';

/** Ends the server and removes its directory once standard input closes, however the process at its other end ended. */
const SCRIPT = `cat >/dev/null
kill -"$1" "$2" 2>/dev/null && sleep 1
rm -rf "$3"`;

/**
 * Sees to it that a server of a test does not outlive the test run, also when that is killed. Returns what calls the
 * guard off; to be called before the server is ended in order, because process ids are reused.
 */
export function guard(pid: number, signal: 'QUIT' | 'KILL', directory: string): () => void {
  const child = spawn('sh', ['-c', SCRIPT, 'guard', signal, String(pid), directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  return () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
}
