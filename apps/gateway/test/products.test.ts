import {
  accept,
  changeProduct,
  createProduct,
  getProduct,
  getStockLevels,
  listCategories,
  listProducts,
  refuse,
  type StockLevels,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aProduct } from './support/examples.js';
import { startFixture, type Fixture } from './support/fixture.js';

const levels = (sku: string, available: number): StockLevels => ({
  setAside: 0,
  sku,
  available,
  reserved: 0,
  sold: 0,
  received: available,
});

describe('products', () => {
  let fixture: Fixture;
  let admin: { authorization: string };

  beforeAll(async () => {
    fixture = await startFixture();
    admin = await fixture.as('root', 'admin');
  });
  afterAll(() => fixture.stop());
  beforeEach(async () => {
    await fixture.services.answer(getProduct, () => accept(Object.assign(aProduct(), { version: 7 })));
    await fixture.services.answer(getStockLevels, ({ skus }) => accept(skus.map((sku) => levels(sku, 50))));
  });

  const get = () => fixture.http.get('/v1/products/TSHIRT');

  it('are public with price and availability, without internal fields', async () => {
    const { body } = await get().expect(200);
    expect(body).toEqual({ ...aProduct(), availability: { status: 'IN_STOCK', available: 50 } });
  });

  it.each([
    [0, 'SOLD_OUT'],
    [1, 'LOW_STOCK'],
    [10, 'LOW_STOCK'],
    [11, 'IN_STOCK'],
  ])('with %i available are %s', async (available, status) => {
    await fixture.services.answer(getStockLevels, () => accept([levels('TSHIRT', available)]));
    const { body } = await get().expect(200);
    expect(body.availability).toEqual({ status, available });
  });

  it('have availability null while inventory does not answer', async () => {
    await fixture.services.answer(getStockLevels, () => accept([]));
    expect((await get().expect(200)).body.availability).toBeNull();
    await fixture.services.silence(getStockLevels);
    expect((await get().expect(200)).body.availability).toBeNull();
  });

  it('are answered 304 to a client with the current ETag', async () => {
    const first = await get().expect(200);
    const etag = first.headers['etag'] ?? '';
    expect(etag).toMatch(/^".+"$/);
    expect(first.headers['cache-control']).toBe('no-cache');
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { headers, text } = await get().set({ 'if-none-match': known }).expect(304);
      expect(headers['etag']).toBe(etag);
      expect(text).toBe('');
    }
    await get().set({ 'if-none-match': '"other"' }).expect(200);
  });

  it('get a new ETag when their stock changes', async () => {
    const etag = (await get().expect(200)).headers['etag'] ?? '';
    await fixture.services.answer(getStockLevels, () => accept([levels('TSHIRT', 49)]));
    await get().set({ 'if-none-match': etag }).expect(200);
  });

  it('come in pages, with one request to inventory per page', async () => {
    const items = [aProduct({ sku: 'A' }), aProduct({ sku: 'B' })];
    await fixture.services.answer(listProducts, () => accept({ items, nextCursor: 'more' }));
    const { body } = await fixture.http
      .get('/v1/products')
      .query({ q: 'shirt', category: 'clothing', limit: 2, cursor: 'c' })
      .expect(200);
    const availability = { status: 'IN_STOCK', available: 50 };
    const [a, b] = items;
    expect(body).toEqual({
      items: [
        { ...a, availability },
        { ...b, availability },
      ],
      nextCursor: 'more',
    });
    expect(fixture.services.requests(listProducts)).toEqual([
      { q: 'shirt', category: 'clothing', limit: 2, cursor: 'c' },
    ]);
    expect(fixture.services.requests(getStockLevels)).toEqual([{ skus: ['A', 'B'] }]);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'q=',
    'q=%00',
    'cursor=',
    'cursor=%20',
    'page=2',
    'sort=name',
    'facets=yes',
    'currency=usd',
    'minPrice=-1&currency=USD',
  ])('refuse the search ?%s', async (query) => {
    const { body } = await fixture.http.get(`/v1/products?${query}`).expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: query.split('=')[0] }] });
  });

  it('refuse an unknown sort, and a price without its currency, with what is possible', async () => {
    const sort = await fixture.http.get('/v1/products?sort=name').expect(400);
    expect(sort.body.errors).toEqual([{ path: 'sort', message: 'must be one of relevance, price, -price' }]);
    const prices = await fixture.http.get('/v1/products?maxPrice=5').expect(400);
    expect(prices.body.errors).toEqual([
      { path: 'currency', message: 'must be given with minPrice or maxPrice' },
    ]);
  });

  it('come sorted and with facets', async () => {
    const facets = {
      categories: [{ name: 'clothing', products: 1 }],
      prices: [{ currency: 'USD', min: 1_000, max: 1_999, products: 1 }],
    };
    await fixture.services.answer(listProducts, () => accept({ items: [], nextCursor: null, facets }));
    const { body } = await fixture.http
      .get('/v1/products?sort=-price&facets=true&currency=USD&minPrice=0&maxPrice=1999')
      .expect(200);
    expect(body).toEqual({ items: [], nextCursor: null, facets });
    expect(fixture.services.requests(listProducts)).toEqual([
      { sort: '-price', facets: true, currency: 'USD', minPrice: 0, maxPrice: 1_999, limit: 20 },
    ]);
  });

  it('have categories, for anyone', async () => {
    const categories = { items: [{ name: 'clothing', products: 3 }] };
    await fixture.services.answer(listCategories, () => accept(categories));
    expect((await fixture.http.get('/v1/categories').expect(200)).body).toEqual(categories);
  });

  it('are answered 400 for an invalid cursor', async () => {
    await fixture.services.answer(listProducts, () =>
      refuse('VALIDATION_FAILED', 'cursor: must be one of ours.'),
    );
    const { body } = await fixture.http.get('/v1/products?cursor=x').expect(400);
    expect(body).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'cursor', message: 'must be one of ours.' }],
    });
  });

  it('that do not exist are 404', async () => {
    await fixture.services.answer(getProduct, () => refuse('PRODUCT_NOT_FOUND', 'There is no such product.'));
    expect((await get().expect(404)).body.code).toBe('PRODUCT_NOT_FOUND');
    expect((await fixture.http.get('/v1/products/a%20b').expect(404)).body.code).toBe('PRODUCT_NOT_FOUND');
    expect((await fixture.http.get(`/v1/products/${'x'.repeat(500)}`).expect(404)).body.code).toBe(
      'PRODUCT_NOT_FOUND',
    );
  });

  it('are created and changed by an admin', async () => {
    await fixture.services.answer(createProduct, (body) => accept(aProduct(body)));
    await fixture.services.answer(changeProduct, ({ changes }) => accept(aProduct(changes)));
    const { createdAt: _c, updatedAt: _u, images: _i, ...body } = aProduct();
    const created = await fixture.http.post('/v1/products').set(admin).send(body).expect(201);
    expect(created.headers['location']).toBe('/v1/products/TSHIRT');
    expect(created.body).toEqual(aProduct());
    const changed = await fixture.http
      .patch('/v1/products/TSHIRT')
      .set(admin)
      .send({ name: 'Shirt' })
      .expect(200);
    expect(changed.body.name).toBe('Shirt');
    expect(fixture.services.requests(changeProduct)).toEqual([
      {
        actor: expect.objectContaining({ customerId: 'root', role: 'admin' }),
        sku: 'TSHIRT',
        changes: { name: 'Shirt' },
        commitBy: expect.any(Number),
      },
    ]);
  });

  const patch = (ifMatch: string) =>
    fixture.http
      .patch('/v1/products/TSHIRT')
      .set({ ...admin, 'if-match': ifMatch })
      .send({ name: 'Shirt' });

  it('are changed if If-Match has the version of an ETag of GET or PATCH', async () => {
    const product = { ...aProduct(), version: 7 };
    await fixture.services.answer(getProduct, () => accept(product));
    await fixture.services.answer(getStockLevels, () => accept([]));
    await fixture.services.answer(changeProduct, () => accept({ ...product, version: 8 }));
    const got = await fixture.http.get('/v1/products/TSHIRT').expect(200);
    expect(got.body).not.toHaveProperty('version');
    expect(got.headers['etag']).toMatch(/^"7\.[\w-]+"$/);
    const changed = await patch(got.headers['etag'] ?? '').expect(200);
    expect(changed.headers['etag']).toBe('"8"');
    expect(changed.body).not.toHaveProperty('version');
    await patch('*').expect(200);
    await patch('"7.x" , W/"8", "8", "foreign",').expect(200);
    const asked = fixture.services.requests(changeProduct).map(({ ifVersions }) => ifVersions);
    expect(asked).toEqual([[7], undefined, [7, 8]]);
  });

  it('are not changed with an outdated or malformed If-Match', async () => {
    await fixture.services.answer(changeProduct, () => refuse('PRECONDITION_FAILED', 'Changed since.'));
    expect((await patch('"7"').expect(412)).body).toMatchObject({ code: 'PRECONDITION_FAILED' });
    for (const header of ['7', '"7', 'x"7"', Array.from({ length: 33 }, () => '"7"').join()]) {
      expect((await patch(header).expect(400)).body).toMatchObject({ errors: [{ path: 'If-Match' }] });
    }
  });

  it('are answered 503 only after the deadline of the change', async () => {
    let commitBy = Infinity;
    await fixture.services.answer(changeProduct, async (request) => {
      ({ commitBy } = request);
      return new Promise(() => {});
    });
    const answer = await patch('*').expect(503);
    expect(answer.body).toMatchObject({ code: 'SERVICE_TIMEOUT', detail: expect.stringContaining('repeat') });
    // The fake service uses this machine's clock as its database's.
    expect(commitBy).toBeLessThan(Date.now());
  });

  it('are answered 409 for a SKU that exists', async () => {
    await fixture.services.answer(createProduct, () => refuse('SKU_EXISTS', 'TSHIRT is taken.'));
    const { createdAt: _c, updatedAt: _u, images: _i, ...body } = aProduct();
    expect((await fixture.http.post('/v1/products').set(admin).send(body).expect(409)).body.code).toBe(
      'SKU_EXISTS',
    );
  });

  it.each(['ZZZ', 'XXX', 'XAU', 'DEM', 'BGN', 'usd'])('have no price in %s', async (currency) => {
    const {
      createdAt: _c,
      updatedAt: _u,
      images: _i,
      ...body
    } = aProduct({ price: { amount: 1, currency } });
    const refused = await fixture.http.post('/v1/products').set(admin).send(body).expect(400);
    expect(refused.body.errors).toMatchObject([{ path: 'price.currency' }]);
  });

  it.each(['USD', 'JPY', 'KWD'])('have a price in %s', async (currency) => {
    const {
      createdAt: _c,
      updatedAt: _u,
      images: _i,
      ...body
    } = aProduct({ price: { amount: 1, currency } });
    await fixture.services.answer(createProduct, (request) => accept(aProduct(request)));
    await fixture.http.post('/v1/products').set(admin).send(body).expect(201);
  });

  it('are refused with every invalid field', async () => {
    const body = {
      sku: '-',
      name: ' ',
      description: 'a\0b',
      price: { amount: 1.5, currency: 'usd', tax: 1 },
      colour: 'red',
    };
    const response = await fixture.http.post('/v1/products').set(admin).send(body).expect(400);
    const paths = response.body.errors.map(({ path }: { path: string }) => path);
    expect(paths.toSorted()).toEqual(
      [
        'category',
        'colour',
        'description',
        'name',
        'price.amount',
        'price.currency',
        'price.tax',
        'sku',
      ].toSorted(),
    );
    await fixture.http.patch('/v1/products/TSHIRT').set(admin).send({}).expect(400);
    await fixture.http.patch('/v1/products/TSHIRT').set(admin).send({ sku: 'OTHER' }).expect(400);
  });
});
