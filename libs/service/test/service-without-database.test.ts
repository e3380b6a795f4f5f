import { accept, getProduct, healthOf, type Product, type Reply } from '@doorbuster/contracts';
import { connectNats } from '@doorbuster/messaging';
import { startTestEnvironment, type TestEnvironment } from '@doorbuster/embedded/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConfigurationModule, HealthModule, MessagingModule, Rpc } from '../src/index.js';
import { callRpc, environmentOf, startService } from '../src/testing/index.js';

const TIMEOUT_MS = 10_000;
const MUG: Product = {
  sku: 'MUG',
  name: 'Mug',
  description: '',
  category: 'kitchen',
  price: { amount: 999, currency: 'USD' },
  images: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};

@Controller()
class MugRpcController {
  @Rpc(getProduct)
  get(): Reply<Product> {
    return accept(MUG);
  }
}

@Module({
  imports: [ConfigurationModule.forRoot('catalog'), MessagingModule, HealthModule.forRoot('catalog')],
  controllers: [MugRpcController],
})
class MugModule {}

let servers: TestEnvironment;
let gateway: NatsConnection;
let app: INestApplication;

beforeAll(async () => {
  servers = await startTestEnvironment();
  gateway = await connectNats(servers.natsUrl('gateway'), 'gateway');
  const { DATABASE_URL: _, ...env } = environmentOf('catalog', servers);
  app = await startService(MugModule, { env });
});
afterAll(async () => {
  await app?.close();
  await gateway?.close();
  await servers?.stop();
});

it('a service without a database answers an RPC', async () => {
  expect(await callRpc(gateway, getProduct, { sku: 'MUG' }, TIMEOUT_MS)).toEqual(accept(MUG));
});

it('a service without a database is ready when NATS is there', async () => {
  expect(await callRpc(gateway, healthOf('catalog'), {}, TIMEOUT_MS)).toEqual(
    accept({ service: 'catalog', dependencies: { nats: 'up' } }),
  );
});
