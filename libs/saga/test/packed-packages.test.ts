import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  createTestDatabase,
  eventually,
  startTestNats,
  type TestDatabase,
  type TestNats,
} from '@doorbuster/embedded/testing';
import { Client } from 'pg';
import { readTimeline } from '../src/nest/saga-timeline.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const PACKAGES = [
  'broker',
  'contracts',
  'fault-points',
  'messaging',
  'persistence',
  'saga',
  'service',
  'telemetry',
];
const DEADLINE_MS = 60_000;
const SLOW_MACHINE_MS = 2 * DEADLINE_MS;

const COMPILER_OPTIONS = {
  target: 'es2024',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  rootDir: '.',
  outDir: 'dist',
};

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

let directory: string;
let database: TestDatabase;
let nats: TestNats;
const started: string[] = [];
beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'doorbuster-packed-'));
  [database, nats] = await Promise.all([createTestDatabase(), startTestNats(), installPackages()]);
  // As in a new database. A test's database is closed to all but the roles of the shop.
  const name = new URL(database.adminUrl).pathname.slice(1);
  await inDatabase((client) => client.query(`grant connect on database ${name} to public`));
}, SLOW_MACHINE_MS);
afterAll(async () => {
  // Roles belong to the server, which all test files share.
  for (const service of started) {
    await inDatabase((client) =>
      client.query(
        `drop owned by ${service}, ${service}_migrator; drop role ${service}, ${service}_migrator`,
      ),
    );
  }
  await Promise.all([database?.drop(), nats?.dispose()]);
  if (directory) rmSync(directory, { recursive: true, force: true });
});

/** As `npm install *.tgz` would, with other packages from the repository: only those that the packed manifests name. */
async function installPackages(): Promise<void> {
  const workspaces = PACKAGES.map((name) => `--workspace=libs/${name}`);
  await run(
    'npm',
    ['pack', '--ignore-scripts', '--silent', `--pack-destination=${directory}`, ...workspaces],
    {
      cwd: ROOT,
      timeout: DEADLINE_MS,
    },
  );
  const others = new Set(['@types/node']);
  for (const archive of globSync('*.tgz', { cwd: directory })) {
    const name = /^doorbuster-(.+)-\d+\.\d+\.\d+\.tgz$/.exec(archive)?.[1] ?? archive;
    const installed = path.join(directory, 'node_modules/@doorbuster', name);
    mkdirSync(installed, { recursive: true });
    await run('tar', ['-xzf', path.join(directory, archive), '--strip-components=1', '-C', installed]);
    const manifest = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')) as Manifest;
    for (const other of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      if (!other.startsWith('@doorbuster/')) others.add(other);
    }
  }
  for (const other of others) {
    const link = path.join(directory, 'node_modules', other);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules', other), link);
  }
}

/** The block of a README that has this text. */
function block(readme: string, language: string, text: string): string {
  const contents = readFileSync(path.join(ROOT, readme), 'utf8');
  const blocks = [...contents.matchAll(/^```(\w+)\n([^]*?)^```$/gm)];
  const found = blocks.find(([, tag, code]) => tag === language && code?.includes(text))?.[2];
  if (found === undefined) throw new Error(`${readme} has no ${language} block with ${text}`);
  return found;
}

async function compile(name: string, files: Record<string, string>): Promise<string> {
  const folder = path.join(directory, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const [file, code] of Object.entries(files)) writeFileSync(path.join(folder, file), code);
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
  await run('tsc', ['-p', folder], { timeout: DEADLINE_MS }).catch((error: { stdout?: string }) => {
    throw new Error(`the application does not compile:\n${error.stdout}`, { cause: error });
  });
  return path.join(folder, 'dist/main.js');
}

/** As the database's administrator. */
async function inDatabase<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(role: string): string {
  const url = new URL(database.adminUrl);
  [url.username, url.password] = [role, 'secret'];
  return url.href;
}

/** Runs a program until `look` returns something. The error of one that ends before or takes too long has its output. */
async function runUntil<T>(main: string, service: string, look: () => Promise<T | undefined>): Promise<T> {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      NATS_URL: nats.url('admin'),
      DATABASE_URL: urlOf(service),
      MIGRATION_DATABASE_URL: urlOf(`${service}_migrator`),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const ended = once(child, 'exit');
  const failed = ended.then(() => {
    throw new Error(`the application ended:\n${output}`);
  });
  try {
    return await Promise.race([
      eventually(look, 'the result of the application', { withinMs: DEADLINE_MS }),
      failed,
    ]);
  } catch (error) {
    throw new Error(`the application printed:\n${output}`, { cause: error });
  } finally {
    failed.catch(() => undefined);
    child.kill();
    await ended;
  }
}

it(
  'the application of the README of libs/messaging compiles, runs, publishes through its outbox and consumes',
  async () => {
    const readme = 'libs/messaging/README.md';
    const code = block(readme, 'ts', 'NestFactory');
    expect(code.trimEnd().split('\n').length).toBeLessThan(60);
    const main = await compile('bookshop', { 'main.ts': code });
    await inDatabase((client) => client.query(block(readme, 'sql', 'create role')));
    started.push('bookshop');
    const sold = await runUntil(main, 'bookshop', () =>
      inDatabase(async (client) => {
        const { rows: outbox } = await client.query('select from bookshop.outbox');
        const { rows: sales } = await client.query<{ isbn: string }>('select isbn from bookshop.sales');
        return outbox.length === 0 && sales.length > 0 ? sales : undefined;
      }),
    );
    expect(sold).toEqual([{ isbn: '9780132350884' }]);
  },
  SLOW_MACHINE_MS,
);

it(
  'the application of the README of libs/saga compiles, runs, and its saga is rolled back',
  async () => {
    const readme = 'libs/saga/README.md';
    const code = block(readme, 'ts', 'NestFactory');
    expect(code.trimEnd().split('\n').length).toBeLessThan(60);
    const saga = block(readme, 'ts', "name: 'travel'");
    const main = await compile('travel', { 'travel.saga.ts': saga, 'main.ts': code });
    const roles = block('libs/messaging/README.md', 'sql', 'create role');
    await inDatabase((client) => client.query(roles.replaceAll('bookshop', 'travel')));
    started.push('travel');
    const ended = await runUntil(main, 'travel', () =>
      inDatabase(async (client) => {
        const { rows } = await client.query<{ state: string }>('select state, reason, id from travel.sagas');
        return rows.some(({ state }) => state === 'COMPENSATED') ? rows : undefined;
      }),
    );
    expect(ended).toMatchObject([{ state: 'COMPENSATED', reason: 'FULL' }]);
    const { rows } = await inDatabase((client) =>
      client.query<{ timeline: string }>('select timeline from travel.sagas'),
    );
    const moves = readTimeline(0, rows[0]?.timeline ?? '', []).map(({ step, kind }) => `${step} ${kind}`);
    expect(moves).toEqual(
      expect.arrayContaining(['book-flight SUCCEEDED', 'book-hotel REFUSED', 'cancel-flight SUCCEEDED']),
    );
    expect(moves.join()).not.toContain('cancel-hotel');
  },
  SLOW_MACHINE_MS,
);
