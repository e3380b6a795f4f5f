import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFaults } from '../src/read-faults.js';

const ENTRY = path.resolve(import.meta.dirname, '..', 'dist', 'index.js');
const test = { NODE_ENV: 'test' };

describe('reading FAULT_POINTS', () => {
  it('gives the interval of each fault, 1 by default', () => {
    const faults = readFaults({ ...test, FAULT_POINTS: 'orders.lose-order,outbox.after-commit=50' });
    expect(faults).toEqual(
      new Map([
        ['orders.lose-order', 1],
        ['outbox.after-commit', 50],
      ]),
    );
  });

  it.each([undefined, ''])('gives none when the variable is %j, in production too', (FAULT_POINTS) => {
    expect(readFaults({ NODE_ENV: 'production', FAULT_POINTS })).toBeUndefined();
  });

  it.each(['production', 'staging', undefined])('is refused with NODE_ENV=%s', (NODE_ENV) => {
    expect(() => readFaults({ NODE_ENV, FAULT_POINTS: 'orders.lose-order' })).toThrow(
      'FAULT_POINTS is refused unless NODE_ENV is test or development',
    );
  });

  it.each(['orders.lose', 'toString', 'orders.lose-order,'])(
    'refuses %j, which is no fault',
    (FAULT_POINTS) => {
      expect(() => readFaults({ ...test, FAULT_POINTS })).toThrow('is not one of orders.lose-order,');
    },
  );

  it.each(['0', '-1', '2.5', 'x', ''])('refuses the interval %j', (every) => {
    const FAULT_POINTS = `orders.lose-order=${every}`;
    expect(() => readFaults({ ...test, FAULT_POINTS })).toThrow('the interval is a whole number from 1');
  });
});

describe('a process', () => {
  const run = (env: NodeJS.ProcessEnv, script: string) =>
    spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', `import * as f from '${ENTRY}'; ${script}`],
      {
        env: { PATH: process.env['PATH'], ...env },
        encoding: 'utf8',
      },
    );
  const PASSES = `console.log([1, 2, 3, 4].map(() => f.faultPoint('orders.lose-order')).join())`;

  it('without faults passes every point', () => {
    expect(run({}, PASSES).stdout.trim()).toBe('false,false,false,false');
  });

  it('fails at every second pass of one fault alone', () => {
    const env = { ...test, FAULT_POINTS: 'orders.lose-order=2' };
    expect(run(env, PASSES).stdout.trim()).toBe('false,true,false,true');
    expect(run(env, PASSES.replace('orders.lose-order', 'inventory.oversell')).stdout).toContain(
      'false,false',
    );
  });

  it('dies with SIGKILL at a crash point', () => {
    const script = `f.crashPoint('outbox.after-commit'); console.log('alive')`;
    expect(run({ ...test, FAULT_POINTS: 'outbox.after-commit' }, script)).toMatchObject({
      signal: 'SIGKILL',
      stdout: '',
    });
  });

  it('does not start with faults in production', () => {
    const { status, stderr } = run({ NODE_ENV: 'production', FAULT_POINTS: 'orders.lose-order' }, PASSES);
    expect(status).toBe(1);
    expect(stderr).toContain('FAULT_POINTS is refused');
  });
});
