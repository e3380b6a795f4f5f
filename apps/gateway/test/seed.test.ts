import {
  accept,
  addProductImage,
  adjustStock,
  createProduct,
  getProduct,
  getStockLevels,
  putImagePart,
} from '@doorbuster/contracts';
import { DEMO_CATALOGUE } from '@doorbuster/demo';
import { startTestNats, type TestNats } from '@doorbuster/embedded/testing';
import { SIGNING_KEY } from '@doorbuster/service/testing';
import { createLogger } from '@doorbuster/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayConfig } from '../src/gateway.config.js';
import { seed } from '../src/seed.js';
import { aProduct } from './support/examples.js';
import { FakeServices } from './support/fake-services.js';
import { SECRET } from './support/fixture.js';

describe('seeding before the gateway starts', () => {
  let nats: TestNats;
  let services: FakeServices;
  beforeAll(async () => {
    nats = await startTestNats();
    services = await FakeServices.start(nats.url('admin'));
  });
  afterAll(async () => {
    await services.stop();
    await nats.dispose();
  });

  const seedWith = (env: Record<string, string>) => {
    const config = gatewayConfig.parse({
      NATS_URL: nats.url('gateway'),
      RPC_SIGNING_KEY: SIGNING_KEY,
      LOG_LEVEL: 'silent',
      ...env,
    });
    return seed(config, createLogger('gateway', config.logLevel));
  };

  it('creates every product with its stock and its picture, on a port of its own', async () => {
    await services.answer(createProduct, (body) => accept(aProduct(body)));
    await services.answer(adjustStock, ({ sku, delta }) =>
      accept({ sku, available: delta, reserved: 0, sold: 0, received: delta, setAside: 0 }),
    );
    await services.answer(getProduct, ({ sku }) => accept(aProduct({ sku })));
    await services.answer(getStockLevels, () => accept([]));
    await services.answer(putImagePart, () => accept({}));
    await services.answer(addProductImage, ({ sku }) => accept(aProduct({ sku })));
    await seedWith({ PORT: '1' }); // Nobody may listen there.
    const stock = services.requests(adjustStock).map(({ sku, delta }) => [sku, delta]);
    expect(new Map(stock as [string, number][])).toEqual(
      new Map(DEMO_CATALOGUE.map((product) => [product.sku, product.stock])),
    );
    const pictures = services.requests(addProductImage).map(({ sku, alt }) => [sku, alt]);
    expect(new Map(pictures as [string, string][])).toEqual(
      new Map(DEMO_CATALOGUE.map(({ sku, picture }) => [sku, picture.alt])),
    );
  });

  it.each([
    ['in production', { NODE_ENV: 'production', AUTH_JWT_SECRET: SECRET }],
    [
      'where another issues the tokens',
      { AUTH_JWKS_URL: 'https://issuer.example/jwks.json', AUTH_ISSUER: 'x', AUTH_AUDIENCE: 'x' },
    ],
  ])('is refused %s', async (_, env) => {
    await expect(seedWith(env)).rejects.toThrow(/only a gateway that gives out tokens/);
  });
});
