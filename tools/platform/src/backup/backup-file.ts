import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { backupHeader, type Header } from './snapshot.js';

/** `node:readline` also ends a line at U+2028, which a JSON text may have. */
export async function* linesIn(file: string): AsyncGenerator<string, undefined> {
  // An error of either stream rejects the iteration.
  const unzipped = pipeline(createReadStream(file), createGunzip(), () => undefined).setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of unzipped as AsyncIterable<string>) {
      const [first = '', ...others] = chunk.split('\n');
      const lines = [rest + first, ...others];
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw readErrorOf(file, error);
  }
  if (rest !== '') yield rest;
}

export function headerIn(file: string, { value }: IteratorResult<string, undefined>): Header {
  if (value === undefined) throw noBackup(file, 'it is empty');
  const result = backupHeader.safeParse(jsonOf(value));
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path }) => path.join('.')).filter((field) => field !== '');
  throw noBackup(
    file,
    fields.length === 0 ? 'its first line is no header' : `its header has no valid ${fields.join(', ')}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readErrorOf(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_') !== true) return error;
  return message === 'incorrect header check'
    ? noBackup(file, 'it is not compressed with gzip')
    : new Error(`${file} is damaged (${message}); nothing was restored`, { cause: error });
}

const noBackup = (file: string, reason: string): Error =>
  new Error(`${file} is no backup of a schema: ${reason}; make one with npm run backup`);
