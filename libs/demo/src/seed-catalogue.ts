import { readFile } from 'node:fs/promises';
import { ApiClient, ApiError, isTransient, withRetries } from '@doorbuster/api-client';
import type { DemoProduct } from './demo-catalogue.js';

const REQUEST_TIMEOUT_MS = 5_000;
const DEADLINE_MS = 30_000;
/** Half of the uploads that a gateway takes at once. */
const AT_ONCE = { products: 4, pictures: 2 };

/** Creates the products that are missing and gives them their first stock. Repeating it changes nothing. */
export const seedCatalogue = (gatewayUrl: string, products: readonly DemoProduct[]): Promise<void> =>
  forEach(gatewayUrl, products, seedProduct, AT_ONCE.products);

/** Gives the products without an image their picture. Repeating it changes nothing. */
export const seedPictures = (gatewayUrl: string, products: readonly DemoProduct[]): Promise<void> =>
  forEach(gatewayUrl, products, seedPicture, AT_ONCE.pictures);

type Seed = (admin: ApiClient, product: DemoProduct, deadline: number) => Promise<void>;

async function forEach(
  gatewayUrl: string,
  products: readonly DemoProduct[],
  seed: Seed,
  atOnce: number,
): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  const anonymous = new ApiClient({ url: gatewayUrl, timeoutMs: REQUEST_TIMEOUT_MS });
  const { accessToken } = await withRetries(
    () => anonymous.issueToken({ customerId: 'seed', role: 'admin' }),
    { withinMs: DEADLINE_MS },
  );
  const admin = anonymous.as(accessToken);
  const waiting = [...products];
  const worker = async (): Promise<void> => {
    for (let product = waiting.shift(); product; product = waiting.shift())
      await seed(admin, product, deadline);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function seedProduct(
  admin: ApiClient,
  { stock, picture: _picture, ...product }: DemoProduct,
  deadline: number,
): Promise<void> {
  const { sku } = product;
  const retrying = <T>(call: () => Promise<T>, mayPass = isTransient): Promise<T> =>
    withRetries(call, { withinMs: deadline - Date.now(), mayPass });
  const isNew = await retrying(() => admin.createProduct(product)).then(
    () => true,
    (error: unknown) => {
      if (isRefusal(error, 409)) return false;
      throw error;
    },
  );
  if (!isNew && (await retrying(() => receivedUnits(admin, sku))) > 0) return;
  await retrying(
    () => admin.adjustStock(sku, { delta: stock, reason: 'demo stock' }, { idempotencyKey: `seed-${sku}` }),
    // Inventory learns of a product by the catalog's event.
    (error) => isTransient(error) || isRefusal(error, 404),
  );
}

async function seedPicture(
  admin: ApiClient,
  { sku, picture: { name, alt } }: DemoProduct,
  deadline: number,
): Promise<void> {
  const retrying = <T>(call: () => Promise<T>): Promise<T> =>
    withRetries(call, { withinMs: deadline - Date.now() });
  const { images } = await retrying(() => admin.getProduct(sku));
  if (images.length > 0) return;
  const bytes = await readFile(new URL(`../pictures/${name}.webp`, import.meta.url));
  await retrying(() => admin.addProductImage(sku, { bytes, type: 'image/webp', alt }));
}

async function receivedUnits(admin: ApiClient, sku: string): Promise<number> {
  try {
    return (await admin.getStock(sku)).received;
  } catch (error) {
    if (isRefusal(error, 404)) return 0;
    throw error;
  }
}

const isRefusal = (error: unknown, status: number): boolean =>
  error instanceof ApiError && error.status === status;
