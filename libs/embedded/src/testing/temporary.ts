import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new temporary directory that only this user can read. */
export const makeTemporaryDirectory = (): string => mkdtempSync(path.join(tmpdir(), 'doorbuster-'));

export const removeTemporaryDirectory = (directory: string): void =>
  rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
