import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

const LOG_BYTES_MAX = 8 * 1024 * 1024;
const TAIL_LINES = 12;

/** Opens the log for appending while `use` runs. A long log is renamed first; one old log is kept. */
export async function withLogFile<T>(file: string, use: (descriptor: number) => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(file, `${file}.old`);
  const descriptor = openSync(file, 'a', 0o600);
  try {
    return await use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The last lines after byte `start`, for an error message. */
export function tailOf(file: string, start = 0): string {
  const text = readFileSync(file);
  const lines = text
    .subarray(start <= text.length ? start : 0)
    .toString()
    .trimEnd()
    .split('\n');
  return lines.slice(-TAIL_LINES).join('\n');
}
