import { findFreePort, startProcess, until } from '@doorbuster/embedded';
import { afterEach, describe, expect, it } from 'vitest';
import { hangs } from '../src/supervision/liveness.js';
import { Supervised } from '../src/supervision/supervised.js';

const policy = { firstDelayMs: 20, delayMsMax: 40, stableAfterMs: 60_000 };

describe('a supervised process', () => {
  let supervised: Supervised;
  let warnings: string[];
  afterEach(() => supervised.stop(1_000));

  function supervise(script: string): Supervised {
    warnings = [];
    supervised = new Supervised({
      name: 'probe',
      start: () => startProcess({ command: 'sh', args: ['-c', script], output: 'inherit' }),
      onChange: () => undefined,
      warn: (text) => warnings.push(text),
      policy,
    });
    return supervised;
  }

  const anotherPid = (before: number) =>
    until(async () => (supervised.pid !== before ? supervised.pid : undefined), {
      deadlineMs: 5_000,
      intervalMs: 5,
      what: 'restarting',
    });

  it('is started again after kill -9, with one log line', async () => {
    await supervise('exec sleep 60').start();
    const first = supervised.pid as number;
    process.kill(first, 'SIGKILL');
    expect(await anotherPid(first)).toBeGreaterThan(0);
    expect(warnings).toEqual(['probe was ended by SIGKILL, starting it again in 20 ms']);
  });

  it('is started again when it ends by itself, and again', async () => {
    await supervise('exit 3').start();
    await until(async () => (supervised.failures >= 3 ? true : undefined), {
      deadlineMs: 5_000,
      intervalMs: 5,
      what: 'failing three times',
    });
    expect(warnings.slice(0, 2)).toEqual([
      'probe ended with exit code 3, starting it again in 20 ms',
      'probe ended with exit code 3, starting it again in 40 ms',
    ]);
  });

  it('stays down once it was stopped', async () => {
    await supervise('exec sleep 60').start();
    const { pid } = supervised;
    await supervised.stop(1_000);
    expect(supervised.pid).toBeUndefined();
    expect(() => process.kill(pid as number, 0)).toThrow(/ESRCH/);
    expect(warnings).toEqual([]);
  });

  it('stays down when it ends by itself after its restarts were ended', async () => {
    await supervise('exec sleep 60').start();
    const { pid } = supervised;
    supervised.endRestarts();
    process.kill(pid as number, 'SIGKILL');
    await until(async () => (supervised.pid === undefined ? true : undefined), {
      deadlineMs: 5_000,
      intervalMs: 5,
      what: 'ending',
    });
    await supervised.stop(1_000);
    expect(warnings).toEqual([]);
  });

  it('is killed and started again when it hangs, with one log line', async () => {
    const port = await findFreePort();
    warnings = [];
    const server = `require('http').createServer((_, to) => to.end()).listen(${port}, '127.0.0.1')`;
    supervised = new Supervised({
      name: 'probe',
      start: () => startProcess({ command: process.execPath, args: ['-e', server], output: 'inherit' }),
      onChange: () => undefined,
      warn: (text) => warnings.push(text),
      policy,
      liveness: { url: `http://127.0.0.1:${port}/healthz`, silentMs: 900 },
    });
    await supervised.start();
    const first = supervised.pid as number;
    await until(() => fetch(`http://127.0.0.1:${port}/`), {
      deadlineMs: 5_000,
      intervalMs: 20,
      what: 'starting',
    });
    process.kill(first, 'SIGSTOP');
    const second = await anotherPid(first);
    expect(second).not.toBe(first);
    expect(warnings).toEqual([
      'probe has not answered for 900 ms, killing it',
      'probe was ended by SIGKILL, starting it again in 20 ms',
    ]);
  });

  it('that refuses connections is left alone', async () => {
    const signal = AbortSignal.timeout(1_500);
    const url = `http://127.0.0.1:${await findFreePort()}/healthz`;
    expect(await hangs({ url, silentMs: 300, signal })).toBe(false);
  });

  it('is killed when it does not end in time', async () => {
    await supervise(`trap '' TERM; while :; do sleep 0.05; done`).start();
    await until(async () => (supervised.pid === undefined ? undefined : true), {
      deadlineMs: 1_000,
      intervalMs: 5,
      what: 'starting',
    });
    await supervised.stop(100);
    expect(supervised.pid).toBeUndefined();
  });
});
