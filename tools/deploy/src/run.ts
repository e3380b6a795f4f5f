import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** An error that the user can fix. It is printed without a stack. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

const INSTALL: Record<string, string> = {
  docker: 'https://docs.docker.com/engine/install/',
  kind: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
  minikube: 'https://minikube.sigs.k8s.io/docs/start/',
};

interface RunOptions {
  /** Returns the output instead of printing it. */
  quiet?: boolean;
  deadlineMs: number;
}

/**
 * Prints a command and runs it.
 * @returns its output if `quiet`
 * @throws {DeployError} when the program is missing, fails, or takes too long
 */
export async function run(
  [program = '', ...args]: readonly string[],
  { quiet = false, deadlineMs }: RunOptions,
): Promise<string> {
  const line = [program, ...args].join(' ');
  if (!quiet) process.stdout.write(`$ ${line}\n`);
  const child = spawn(program, args, {
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'],
    // The `timeout` option of spawn keeps this process alive when the program is missing.
    signal: AbortSignal.timeout(deadlineMs),
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close').catch((cause: NodeJS.ErrnoException) => {
    if (cause.name === 'AbortError')
      throw new DeployError(`not done within ${deadlineMs / 1_000} s: ${line}`);
    if (cause.code !== 'ENOENT') throw cause;
    const where = INSTALL[program];
    throw new DeployError(`${program} is not on the PATH${where ? `; how to install it: ${where}` : ''}`);
  })) as [number | null];
  if (code === 0) return output;
  throw new DeployError(`exit code ${code}: ${line}`);
}
