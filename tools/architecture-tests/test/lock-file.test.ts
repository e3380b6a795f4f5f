import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const NPM_DEADLINE_MS = 30_000;

interface Entry {
  /** Only where it is another than that of the folder. */
  name?: string;
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
}

const lock = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Entry>;
};
/** The workspaces themselves stand under their own folders, without a `node_modules/`. */
const installed = Object.entries(lock.packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);

it('the lock file says the content of every package, also of other platforms', () => {
  expect(installed.length).toBeGreaterThan(400);
  const unproved = installed.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
  expect(unproved.map(([path]) => path)).toEqual([]);
});

it('the lock file names no host, so that every registry with the same content will do', () => {
  expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

it('the bill of materials lists every package of the lock file, with its hash', () => {
  const text = execFileSync('npm', ['run', '--silent', 'sbom'], {
    cwd: root,
    encoding: 'utf8',
    timeout: NPM_DEADLINE_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  const { components } = JSON.parse(text) as { components: { purl: string; hashes?: unknown[] }[] };
  const hashed = new Set(components.filter(({ hashes }) => hashes?.length).map(({ purl }) => purl));
  const missing = installed
    .map(([path, { name = path.split('node_modules/').at(-1) ?? path, version }]) => `${name}@${version}`)
    .filter((wanted) => !hashed.has(`pkg:npm/${wanted.replace(/^@/, '%40')}`));
  expect(missing).toEqual([]);
});
