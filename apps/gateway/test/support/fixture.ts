import type { Role } from '@doorbuster/contracts';
import { startTestNats, type TestNats } from '@doorbuster/embedded/testing';
import { readConfig } from '@doorbuster/service/process';
import { SIGNING_KEY } from '@doorbuster/service/testing';
import { createLogger } from '@doorbuster/telemetry';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import type TestAgent from 'supertest/lib/agent.js';
import { createGateway } from '../../src/create-gateway.js';
import { RouteTable } from '../../src/edge/route-table.js';
import { gatewayConfig } from '../../src/gateway.config.js';
import { FakeServices } from './fake-services.js';

export const SECRET = 'a secret of at least thirty-two bytes';

/** A gateway that listens, a real nats-server, and fake services. */
export interface Fixture {
  nats: TestNats;
  services: FakeServices;
  app: NestFastifyApplication;
  routes: RouteTable;
  url: string;
  http: TestAgent;
  /** Header for a caller of this name and role. */
  as(customerId: string, role?: Role): Promise<{ authorization: string }>;
  stop(): Promise<void>;
}

export async function startFixture(env: Record<string, string> = {}): Promise<Fixture> {
  const nats = await startTestNats();
  const services = await FakeServices.start(nats.url('admin'));
  const { app, routes, url } = await startGateway(nats, env);
  const http = supertest(url);
  return {
    nats,
    services,
    app,
    routes,
    url,
    http,
    as: async (customerId, role = 'customer') => {
      const { body } = await http.post('/v1/auth/token').send({ customerId, role }).expect(200);
      return { authorization: `Bearer ${body.accessToken}` };
    },
    stop: async () => {
      await app.close();
      await services.stop();
      await nats.dispose();
    },
  };
}

/** One more gateway on the same NATS. */
export async function startGateway(nats: TestNats, env: Record<string, string> = {}) {
  const config = readConfig(gatewayConfig, {
    NATS_URL: nats.url('gateway'),
    TRACE_URL_TEMPLATE: 'http://traces.example/{traceId}',
    AUTH_JWT_SECRET: SECRET,
    RPC_SIGNING_KEY: SIGNING_KEY,
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const app = await createGateway(config, createLogger('gateway', config.logLevel));
  await app.listen(0, '127.0.0.1');
  return { app, routes: app.get(RouteTable), url: await app.getUrl() };
}
