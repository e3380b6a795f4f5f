import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../repository.js';

/** Every part of the workspace that is compiled. `tsc -b` finds the order itself. */
export function rootReferences(): string {
  const folders = globSync('{libs,apps,tools}/*/tsconfig.json', { cwd: ROOT })
    .map((file) => path.posix.dirname(file))
    .filter((folder) => existsSync(path.join(ROOT, folder, 'package.json')))
    .toSorted();
  const references = folders.map((folder) => ({ path: folder }));
  return `${JSON.stringify({ files: [], references }, null, 2)}\n`;
}
