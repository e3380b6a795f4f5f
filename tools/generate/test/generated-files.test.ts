import { readFileSync } from 'node:fs';
import path from 'node:path';
import { NATS_ACCOUNT } from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import { missingFrom } from '../src/files/frozen-names.js';
import { GENERATED_FILES, sourceFiles } from '../src/files/index.js';
import { replaceRegion } from '../src/files/region.js';
import { natsConf } from '../src/files/servers.js';
import { ROOT } from '../src/repository.js';

const FILES: typeof GENERATED_FILES = { ...sourceFiles(), ...GENERATED_FILES };

/** Compared as text, so that the message, which says what to do, is not followed by two whole files. */
function expectFresh(file: string, current: string): void {
  const wanted = FILES[file]?.(current).split('\n') ?? [];
  const lines = current.split('\n');
  const line = lines.findIndex((text, index) => text !== wanted[index]);
  const stale = line !== -1 || lines.length !== wanted.length;
  expect(
    stale,
    `${file} is stale: run \`npm run generate:all\`, and commit what it writes. ` +
      `Line ${line + 1} is ${JSON.stringify(lines[line])}, and must be ${JSON.stringify(wanted[line])}.`,
  ).toBe(false);
}

describe('a generated file', () => {
  it.each(Object.keys(FILES))('is up to date: %s', (file) => {
    expectFresh(file, readFileSync(path.join(ROOT, file), 'utf8'));
  });

  it('that is stale is found, with the command that renews it', () => {
    const file = 'docker-compose.yml';
    const stale = readFileSync(path.join(ROOT, file), 'utf8').replace('PAYMENT_PROVIDER: simulated', '');
    expect(() => expectFresh(file, stale)).toThrow(/docker-compose.yml is stale: run `npm run generate:all`/);
  });

  it('keeps what is not generated, and says which part it misses', () => {
    const text = 'a\n  # begin generated: x\n  old\n  # end generated: x\nb\n';
    expect(replaceRegion(text, 'x', '  new')).toBe(text.replace('old', 'new'));
    expect(() => replaceRegion(text, 'y', 'new')).toThrow('# begin generated: y');
  });
});

describe('the names that other releases know', () => {
  it('stay: one that is gone is found, and a new one is no error', () => {
    const before = {
      rpcs: ['rpc.a.b', 'rpc.a.c'],
      consumers: [{ stream: 'S', name: 'n', subjects: ['x', 'y'] }],
      permissions: { a: { publish: ['p'] } },
    };
    const after = {
      rpcs: ['rpc.a.c', 'rpc.a.d'],
      consumers: [{ stream: 'S', name: 'n', subjects: ['y', 'z'] }],
      permissions: {},
    };
    expect(missingFrom(before, after)).toEqual(['rpc.a.b', 'x', 'p']);
    expect(missingFrom(before, before)).toEqual([]);
  });
});

describe('the configuration of NATS', () => {
  it('keeps what it accepts, and has the default account alone, which all users share', () => {
    expect(natsConf()).toMatch(/"sync_interval": "always"/);
    expect(NATS_ACCOUNT).toBe('$G');
    expect(natsConf()).not.toMatch(/"accounts"|"no_auth_user"|"system_account"/);
  });
});
