import { ApiClient, ApiError, isTransient, withRetries } from '@doorbuster/api-client';
import type { DemoProduct } from './demo-catalogue.js';

const REQUEST_TIMEOUT_MS = 5_000;
const DEADLINE_MS = 30_000;
const AT_ONCE = 4;

/** Creates the products that are missing and gives them their first stock. Repeating it changes nothing. */
export async function seedCatalogue(gatewayUrl: string, products: readonly DemoProduct[]): Promise<void> {
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
      await seedProduct(admin, product, deadline);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function seedProduct(
  admin: ApiClient,
  { stock, ...product }: DemoProduct,
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
