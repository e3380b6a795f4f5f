import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCredentials } from '../src/index.js';

describe('the credentials of a data directory', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'doorbuster-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = () => path.join(directory, 'data', 'credentials.json');

  it('are made once, differ from each other, and only their owner can read them', () => {
    const made = loadCredentials(file());
    const all = [
      ...Object.values(made.postgres),
      ...Object.values(made.nats),
      made.authJwtSecret,
      made.rpcSigningKey,
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(loadCredentials(file())).toEqual(made);
  });

  it('are completed for a service that is new', () => {
    const { postgres, ...rest } = loadCredentials(file());
    const { orders: _left, ...others } = postgres;
    writeFileSync(file(), JSON.stringify({ ...rest, postgres: others }));
    expect(loadCredentials(file())).toMatchObject({
      ...rest,
      postgres: { ...others, orders: expect.any(String) },
    });
  });

  it('are not replaced when the file is damaged', () => {
    writeFileSync(file(), '{');
    expect(() => loadCredentials(file())).toThrow(/not valid JSON/);
    expect(readFileSync(file(), 'utf8')).toBe('{');
  });
});
