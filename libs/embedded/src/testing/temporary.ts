import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A directory of its own below the system's temporary one, readable to this user alone. */
export const makeTemporaryDirectory = (): string => mkdtempSync(path.join(tmpdir(), 'doorbuster-'));

export const removeTemporaryDirectory = (directory: string): void =>
  rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
