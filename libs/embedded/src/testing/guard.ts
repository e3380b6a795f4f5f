import { spawn } from 'node:child_process';

/**
 * Reads the id of the running server, or an empty line when none runs. When standard input closes, because the test run
 * has ended for any reason, it ends that server and removes the directory.
 */
const SCRIPT = `pid=
while read -r line; do pid=$line; done
[ -n "$pid" ] && kill -"$1" "$pid" 2>/dev/null
sleep 1
rm -rf "$2"`;

export interface Guard {
  watch(pid: number): void;
  /** Call it before the server is stopped: its process id may be reused. */
  relax(): void;
  end(): void;
}

/** Ends a test's server and removes its directory when the test run ends, also when it is killed. */
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
