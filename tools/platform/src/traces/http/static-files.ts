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

/** The page's files by path below `page/`. They are read once, so a request cannot name another file. */
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
