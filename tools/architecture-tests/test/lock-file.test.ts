import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const NPM_DEADLINE_MS = 30_000;

interface Entry {
  /** Present where it differs from the folder's. */
  name?: string;
  version?: string;
  integrity?: string;
  resolved?: string;
  engines?: unknown;
  link?: boolean;
  inBundle?: boolean;
}

const lock = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Entry>;
};
type Packages = [path: string, entry: Entry][];

/**
 * The workspaces themselves are under their own folders, without a `node_modules/`. What a package bundles is in its
 * archive, so the hash of that covers it.
 */
const installed: Packages = Object.entries(lock.packages).filter(
  ([path, { link, inBundle }]) => path.includes('node_modules/') && link !== true && inBundle !== true,
);

const withoutHash = (packages: Packages): string[] =>
  packages
    .filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))
    .map(([path]) => path);
const withHost = (packages: Packages): string[] =>
  packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path);
const withEngines = (packages: Packages): string[] =>
  packages.filter(([, { engines }]) => engines !== undefined).map(([path]) => path);

interface Component {
  purl: string;
  hashes?: unknown[];
}

/** npm lists a package once, and one that is also bundled without its hash. */
const isBundledToo = ([path, { version }]: Packages[number]): boolean =>
  Object.entries(lock.packages).some(
    ([other, entry]) =>
      entry.inBundle === true &&
      entry.version === version &&
      other.endsWith(`/${path.split('node_modules/').at(-1)}`),
  );

function missingFrom(components: readonly Component[], packages: Packages): string[] {
  const hashed = new Set(components.filter(({ hashes }) => hashes?.length).map(({ purl }) => purl));
  return packages
    .map(([path, { name = path.split('node_modules/').at(-1) ?? path, version }]) => `${name}@${version}`)
    .filter((wanted) => !hashed.has(`pkg:npm/${wanted.replace(/^@/, '%40')}`));
}

it('the lock file has the hash of every package, also for other platforms', () => {
  expect(installed.length).toBeGreaterThan(400);
  expect(withoutHash(installed)).toEqual([]);
});

it('the lock file names no host: any registry with the same content will do', () => {
  expect(withHost(installed), 'run `npm run lock`').toEqual([]);
});

it('the lock file names no engines, so npm on an older Node.js installs every package', () => {
  expect(withEngines(installed), 'run `npm run lock`').toEqual([]);
});

it('the bill of materials lists every package of the lock file, with its hash', () => {
  const text = execFileSync('npm', ['run', '--silent', 'sbom'], {
    cwd: root,
    encoding: 'utf8',
    timeout: NPM_DEADLINE_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  const { components } = JSON.parse(text) as { components: Component[] };
  const listed = installed.filter((each) => !isBundledToo(each));
  expect(missingFrom(components, listed)).toEqual([]);
});

it('a package without a hash, with a host, with engines, or missing from the bill of materials would be found', () => {
  const planted: Packages = [
    ['node_modules/@x/y', { version: '1.0.0', resolved: 'https://host/y.tgz', engines: {} }],
  ];
  expect(withoutHash(planted)).toEqual(['node_modules/@x/y']);
  expect(withHost(planted)).toEqual(['node_modules/@x/y']);
  expect(withEngines(planted)).toEqual(['node_modules/@x/y']);
  expect(missingFrom([{ purl: 'pkg:npm/%40x/y@1.0.0', hashes: [] }], planted)).toEqual(['@x/y@1.0.0']);
});
