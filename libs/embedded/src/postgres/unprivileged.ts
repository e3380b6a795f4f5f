import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** The user of PostgreSQL processes when we are root. PostgreSQL refuses to run as root. */
export interface UnprivilegedUser {
  uid: number;
  gid: number;
}

export interface Command {
  command: string;
  args: string[];
}

/** `undefined` unless we are root. */
export function unprivilegedUser(dataDir: string): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (process.platform !== 'linux')
    throw new Error('PostgreSQL refuses to run as root; start it as an ordinary user');
  // A directory of an ordinary user keeps its owner.
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return { uid: idOf('-u'), gid: idOf('-g') };
}

const idOf = (flag: '-u' | '-g'): number =>
  Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8', timeout: 5_000 }));

/**
 * The command as the given user, without capabilities and without a way to regain them. The user may be unable to enter a
 * path, for example a data directory below a private /tmp directory. {@link placeFor} names such paths.
 */
export function asUser(user: UnprivilegedUser | undefined, { command, args }: Command): Command {
  if (user === undefined) return { command, args };
  const privileges = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=-all',
    '--bounding-set=-all',
  ];
  return { command: 'setpriv', args: [...privileges, '--', command, ...args] };
}

/**
 * The path by which a process of `user` opens a file that root opened as `descriptor`. It needs rights on the file, and not
 * on the directories above it.
 */
export const placeFor = (user: UnprivilegedUser | undefined, place: string, descriptor: number): string =>
  user === undefined ? place : `/proc/self/fd/${descriptor}`;

/** Whether the user can run the program. */
export function canRun(user: UnprivilegedUser, program: string): boolean {
  const { command, args } = asUser(user, { command: program, args: ['--version'] });
  try {
    execFileSync(command, args, { timeout: 10_000, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
