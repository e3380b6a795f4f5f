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
 * The command as the given user, who keeps one capability of root: to pass directories that are closed to others. A
 * checkout under /root or a data directory under a private /tmp directory would else be out of reach, and so would the
 * libraries beside the binaries. Without `no_setuid_fixup` access(2), which PostgreSQL uses to find its own
 * executable, ignores the capability of a process that is not root.
 */
export function asUser(user: UnprivilegedUser | undefined, { command, args }: Command): Command {
  if (user === undefined) return { command, args };
  const privileges = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
  ];
  return { command: 'setpriv', args: [...privileges, '--', command, ...args] };
}
