import { chownSync, copyFileSync, chmodSync } from 'node:fs';
import path from 'node:path';
import type { UnprivilegedUser } from './unprivileged.js';

/** Paths of PEM files. */
export interface PostgresTls {
  certFile: string;
  keyFile: string;
}

/** Copies them into the data directory. PostgreSQL refuses a key that other users can read. */
export function copyTlsFiles(dataDir: string, tls: PostgresTls, user: UnprivilegedUser | undefined): void {
  for (const [from, name] of [
    [tls.certFile, 'server.crt'],
    [tls.keyFile, 'server.key'],
  ] as const) {
    const to = path.join(dataDir, name);
    copyFileSync(from, to);
    chmodSync(to, 0o600);
    if (user) chownSync(to, user.uid, user.gid);
  }
}
