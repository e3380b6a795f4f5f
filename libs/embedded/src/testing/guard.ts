import { spawn } from 'node:child_process';

/**
 * Reads the id of the server that runs now, or an empty line when none does. Once standard input closes, however the
 * process at its other end ended, it ends that server and removes the directory.
 */
const SCRIPT = `pid=
while read -r line; do pid=$line; done
[ -n "$pid" ] && kill -"$1" "$pid" 2>/dev/null
sleep 1
rm -rf "$2"`;

export interface Guard {
  watch(pid: number): void;
  /** To be called before a server is ended in order: its id may be another's soon. */
  relax(): void;
  end(): void;
}

/** Sees to it that a server of a test and its directory do not outlive the test run, also when that is killed. */
export function startGuard(signal: 'QUIT' | 'KILL', directory: string): Guard {
  const child = spawn('sh', ['-c', SCRIPT, 'guard', signal, directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  child.unref();
  return {
    watch: (pid) => void child.stdin.write(`${pid}\n`),
    relax: () => void child.stdin.write('\n'),
    end: () => void child.kill('SIGKILL'),
  };
}
