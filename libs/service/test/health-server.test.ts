import { describe, expect, it } from 'vitest';
import { serveHealth } from '../src/health-server.js';

describe('the health server', () => {
  const ask = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return [response.status, await response.json()] as const;
  };

  it('says that the process is alive, whatever it needs is or is not there', async () => {
    const port = await serveHealth(0, () => Promise.resolve({ postgres: 'down' }));
    expect(await ask(port, '/healthz')).toEqual([200, { status: 'ok' }]);
  });

  it('says what is missing, and that nothing is once it is back', async () => {
    let state: 'up' | 'down' = 'down';
    const port = await serveHealth(0, () => Promise.resolve({ postgres: state, nats: 'up' }));
    const missing = { status: 'not ready', dependencies: { postgres: 'down', nats: 'up' } };
    expect(await ask(port, '/readyz')).toEqual([503, missing]);
    state = 'up';
    const all = { status: 'ready', dependencies: { postgres: 'up', nats: 'up' } };
    expect(await ask(port, '/readyz')).toEqual([200, all]);
  });

  it('tells nothing else', async () => {
    const port = await serveHealth(0, () => Promise.resolve({}));
    expect(await ask(port, '/metrics')).toEqual([404, { status: 'not found' }]);
  });

  it('does not start on a port that is taken', async () => {
    const port = await serveHealth(0, () => Promise.resolve({}));
    await expect(serveHealth(port, () => Promise.resolve({}))).rejects.toThrow(/EADDRINUSE/);
  });
});
