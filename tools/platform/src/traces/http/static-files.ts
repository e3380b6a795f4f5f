import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = path.resolve(import.meta.dirname, '..', '..', '..', 'page');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface StaticFile {
  type: string;
  content: Buffer;
}

/** The page's files by their path below `page/`. Read once, so that a request names no file of this machine. */
export function readPage(): Map<string, StaticFile> {
  const names = readdirSync(PAGE, { recursive: true, encoding: 'utf8' });
  return new Map(
    names.flatMap((name) => {
      const type = TYPES[path.extname(name)];
      if (type === undefined) return [];
      return [[name.replaceAll(path.sep, '/'), { type, content: readFileSync(path.join(PAGE, name)) }]];
    }),
  );
}
