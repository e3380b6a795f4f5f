import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** Whom the PostgreSQL processes run as when we are root, which PostgreSQL refuses to run as. */
export interface UnprivilegedUser {
  uid: number;
  gid: number;
}

export interface Command {
  command: string;
  args: string[];
}

/** `undefined` for an ordinary user, who runs PostgreSQL as themselves. */
export function unprivilegedUser(dataDir: string): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (process.platform !== 'linux')
    throw new Error('PostgreSQL refuses to run as root; start it as an ordinary user');
  // A directory that an ordinary user made earlier stays theirs.
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return { uid: idOf('-u'), gid: idOf('-g') };
}

const idOf = (flag: '-u' | '-g'): number =>
  Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8', timeout: 5_000 }));

/**
 * The command as the given user, without any capability of root and without a way to get one back. Paths may be closed to
 * that user: a data directory under a private /tmp directory, for example. {@link placeFor} names those.
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
 * How a process of `user` names a file or directory that root opened for it as `descriptor`: opening it by that name asks
 * for the rights on the file, and not for those on the directories above it.
 */
export const placeFor = (user: UnprivilegedUser | undefined, place: string, descriptor: number): string =>
  user === undefined ? place : `/proc/self/fd/${descriptor}`;

/** Says whether the user reaches the program and its libraries. */
export function canRun(user: UnprivilegedUser, program: string): boolean {
  const { command, args } = asUser(user, { command: program, args: ['--version'] });
  try {
    execFileSync(command, args, { timeout: 10_000, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
