import type { Dependencies } from '@doorbuster/contracts';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { ServiceHealthController } from '../src/health/health.module.js';
import { HealthProbe } from '../src/health/health-probe.js';
import { serveHealth } from '../src/health/health-server.js';
import { httpAdapter } from '../src/run-service.js';

type Probe = () => Promise<Dependencies>;

let app: NestFastifyApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** As a service answers: by a controller of its Nest application. */
async function listenInService(port: number, dependencies: Probe): Promise<number> {
  @Module({
    controllers: [ServiceHealthController],
    providers: [{ provide: HealthProbe, useValue: { dependencies } }],
  })
  class HealthTestModule {}

  const module = await Test.createTestingModule({ imports: [HealthTestModule] }).compile();
  app = module.createNestApplication<NestFastifyApplication>(httpAdapter(), { logger: false });
  await app.listen(port, '0.0.0.0');
  return Number(new URL(await app.getUrl()).port);
}

describe.each([
  ['the provisioner', (port: number, dependencies: Probe) => serveHealth(port, dependencies)],
  ['a service', listenInService],
])('the health endpoints of %s', (_, listen) => {
  const ask = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return [response.status, await response.json()] as const;
  };

  it('report that the process is alive, even if its dependencies are down', async () => {
    const port = await listen(0, () => Promise.resolve({ postgres: 'down' }));
    expect(await ask(port, '/healthz')).toEqual([200, { status: 'ok' }]);
  });

  it('report which dependency is down, and that none is once it is back', async () => {
    let state: 'up' | 'down' = 'down';
    const port = await listen(0, () => Promise.resolve({ postgres: state, nats: 'up' }));
    const missing = { status: 'not ready', dependencies: { postgres: 'down', nats: 'up' } };
    expect(await ask(port, '/readyz')).toEqual([503, missing]);
    state = 'up';
    const all = { status: 'ready', dependencies: { postgres: 'up', nats: 'up' } };
    expect(await ask(port, '/readyz')).toEqual([200, all]);
  });

  it('serve no other path', async () => {
    const port = await listen(0, () => Promise.resolve({}));
    expect(await ask(port, '/metrics')).toEqual([404, { status: 'not found' }]);
    expect(await ask(port, '/')).toEqual([404, { status: 'not found' }]);
  });

  it('do not start on a port that is taken', async () => {
    const port = await serveHealth(0, () => Promise.resolve({}));
    await expect(listen(port, () => Promise.resolve({}))).rejects.toThrow(/EADDRINUSE/);
  });
});
