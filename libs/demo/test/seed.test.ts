import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { globSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  createProductBody,
  createSaleBody,
  type CreateSaleBody,
  type SaleView,
  type StockLevels,
} from '@doorbuster/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_CATALOGUE } from '../src/demo-catalogue.js';
import { seedCatalogue, seedPictures } from '../src/seed-catalogue.js';
import { seedSale } from '../src/seed-sale.js';

const levels = (sku: string, received: number): StockLevels => ({
  sku,
  available: received,
  reserved: 0,
  sold: 0,
  received,
  setAside: 0,
});

const asSale = (body: CreateSaleBody): SaleView => ({
  ...body,
  id: '01a21a4d-2c18-7f03-8e6d-b0c4a1952f37',
  status: 'PREPARING',
  reason: null,
  unitsLeft: null,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
});

/** The part of the gateway that seeding needs. Inventory learns of a product one request late. */
class FakeGateway {
  readonly stock = new Map<string, number>();
  readonly created: string[] = [];
  readonly sales: CreateSaleBody[] = [];
  readonly images = new Map<string, { type: string | undefined; content: Buffer; alt: string }[]>();
  refusals = 0;

  async answer(
    request: IncomingMessage,
  ): Promise<[status: number, body: object, headers?: Record<string, string>]> {
    const [, , resource, sku = '', part] = (request.url ?? '').split(/[/?]/);
    const content = await buffer(request);
    if (part === 'images') return this.addImage(sku, request, content);
    const body = JSON.parse(content.toString() || '{}') as { sku: string; delta: number };
    if (resource === 'auth') return [200, { accessToken: 'token', tokenType: 'Bearer', expiresIn: 60 }];
    if (resource?.startsWith('sales') && request.method === 'GET')
      return [200, { items: this.sales.map(asSale), nextCursor: null }];
    if (request.headers.authorization !== 'Bearer token') return [401, {}];
    if (this.refusals > 0) return [(this.refusals -= 1) % 2 === 0 ? 429 : 503, {}, { 'retry-after': '0' }];
    if (resource === 'sales') {
      this.sales.push(body as unknown as CreateSaleBody);
      return [201, asSale(body as unknown as CreateSaleBody)];
    }
    if (resource === 'products' && request.method === 'GET') return [200, this.view(sku)];
    if (resource === 'products') {
      if (this.created.includes(body.sku)) return [409, { code: 'SKU_EXISTS' }];
      this.created.push(body.sku);
      return [201, this.view(body.sku)];
    }
    const before = this.stock.get(sku);
    if (request.method === 'GET') return before === undefined ? [404, {}] : [200, levels(sku, before)];
    const received = before === undefined ? 0 : before + body.delta;
    this.stock.set(sku, received);
    return before === undefined ? [404, {}] : [201, levels(sku, received)];
  }

  private addImage(sku: string, request: IncomingMessage, content: Buffer): [status: number, body: object] {
    const alt = new URL(request.url ?? '', 'http://gateway').searchParams.get('alt') ?? '';
    this.images.set(sku, [
      ...(this.images.get(sku) ?? []),
      { type: request.headers['content-type'], content, alt },
    ]);
    return [201, this.view(sku)];
  }

  private view(sku: string): object {
    const product = DEMO_CATALOGUE.find((each) => each.sku === sku);
    const at = '2026-01-01T00:00:00Z';
    const url = '/v1/images/a.webp';
    const images = (this.images.get(sku) ?? []).map(({ alt }) => ({
      id: 'a'.repeat(64),
      url,
      width: 800,
      height: 800,
      alt,
      sources: [],
    }));
    return { ...product, images, createdAt: at, updatedAt: at, availability: null };
  }
}

describe('seeding the demo catalogue', () => {
  let gateway: FakeGateway;
  let server: Server;
  let url: string;
  beforeEach(async () => {
    gateway = new FakeGateway();
    server = createServer((request, response) => {
      void (async () => {
        const [status, body, headers] = await gateway.answer(request);
        response.writeHead(status, headers).end(JSON.stringify(body));
      })();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const wanted = new Map(DEMO_CATALOGUE.map(({ sku, stock }) => [sku, stock]));

  it('creates every product and its stock, although inventory learns of the product late', async () => {
    await seedCatalogue(url, DEMO_CATALOGUE);
    expect(gateway.stock).toEqual(wanted);
    expect(gateway.created).toHaveLength(wanted.size);
  });

  it('changes nothing the second time', async () => {
    await seedCatalogue(url, DEMO_CATALOGUE);
    await seedCatalogue(url, DEMO_CATALOGUE);
    expect(gateway.stock).toEqual(wanted);
    expect(gateway.created).toHaveLength(wanted.size);
  });

  it('retries after 429 and 503', async () => {
    gateway.refusals = 6;
    await seedCatalogue(url, DEMO_CATALOGUE);
    expect(gateway.stock).toEqual(wanted);
  });

  it('announces a sale of a product of its own, unless one is announced', async () => {
    await seedSale(url);
    await seedSale(url);
    expect(gateway.sales).toHaveLength(1);
    const announced = createSaleBody.parse(gateway.sales[0]);
    const product = DEMO_CATALOGUE.find(({ sku }) => sku === announced.sku);
    expect(product?.price.amount).toBeGreaterThan(announced.price.amount);
    expect(product?.stock).toBeGreaterThan(announced.units);
  });

  it('gives every product its picture, once', async () => {
    await seedPictures(url, DEMO_CATALOGUE);
    await seedPictures(url, DEMO_CATALOGUE);
    expect([...gateway.images.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
    for (const { sku, picture } of DEMO_CATALOGUE) {
      const [image, ...more] = gateway.images.get(sku) ?? [];
      expect(more).toEqual([]);
      expect(image).toMatchObject({ type: 'image/webp', alt: picture.alt });
      expect(image?.content.toString('latin1', 8, 12)).toBe('WEBP');
    }
  });

  it('has a small picture for every drawing, and a drawing for every picture', () => {
    const names = (pattern: string): string[] =>
      globSync(pattern, { cwd: path.join(import.meta.dirname, '..') })
        .map((file) => path.parse(file).name)
        .toSorted();
    expect(names('pictures/*.webp')).toEqual(names('drawings/*.svg'));
    expect(names('pictures/*.webp')).toEqual(
      [...new Set(DEMO_CATALOGUE.map(({ picture }) => picture.name))].toSorted(),
    );
  });

  it('has products that fit the contract, each with its own SKU', () => {
    for (const { stock: _stock, picture: _picture, ...product } of DEMO_CATALOGUE)
      expect(createProductBody.parse(product)).toEqual(product);
    expect(wanted.size).toBe(DEMO_CATALOGUE.length);
    expect(wanted.has('TSHIRT-BLACK-M')).toBe(true);
  });
});
