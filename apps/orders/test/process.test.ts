import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTestEnvironment, type TestEnvironment } from '@doorbuster/embedded/testing';
import { VERIFICATION_KEYS } from '@doorbuster/service/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** No gateway signs with its private key. */
const PUBLIC_KEY = VERIFICATION_KEYS.map((key) => key.export({ format: 'pem', type: 'spki' })).join('');
const DEADLINE_MS = 20_000;
const UNREACHABLE_DATABASE = 'postgres://orders:secret@127.0.0.1:1/doorbuster';

describe('the process of a service', () => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await startTestEnvironment();
  });
  afterAll(() => environment.stop());

  const migrate = (url: string) =>
    promisify(execFile)(process.execPath, [main, 'migrate'], {
      env: { MIGRATION_DATABASE_URL: url, OTEL_SDK_DISABLED: 'true' },
      timeout: DEADLINE_MS,
    });

  it('migrates its schema and ends, also several at once', async () => {
    const url = environment.migrationUrl('orders');
    const ends = await Promise.all([migrate(url), migrate(url)]);
    for (const { stdout } of ends) expect(stdout).toContain('schema up to date');
    expect((await migrate(url)).stdout).toContain('schema up to date');
  });

  it('ends on a signal while it waits for its database', async () => {
    const env = {
      DATABASE_URL: UNREACHABLE_DATABASE,
      NATS_URL: 'nats://127.0.0.1:1',
      RPC_VERIFICATION_KEYS: PUBLIC_KEY,
      OTEL_SDK_DISABLED: 'true',
    };
    const child = spawn(process.execPath, [main], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: DEADLINE_MS,
    });
    await once(child.stdout, 'data'); // The log line that it waits.
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
