import { randomUUID } from 'node:crypto';
import { ApiClient, withRetries } from '@doorbuster/api-client';
import type { CreateSaleBody } from '@doorbuster/contracts';

const REQUEST_TIMEOUT_MS = 5_000;
const DEADLINE_MS = 10_000;
/** Time to open the shop and log in. */
const STARTS_IN_MS = 2 * 60_000;
const LASTS_MS = 60 * 60_000;

const DEMO_SALE = {
  sku: 'SNEAKER-AIRLINE-42',
  price: { amount: 7_450, currency: 'USD' },
  units: 20,
  limitPerCustomer: 2,
} satisfies Partial<CreateSaleBody>;

/** A sale that a newcomer can watch opening. It is created at each start, unless one is open or will be. */
export async function seedSale(gatewayUrl: string, now = Date.now()): Promise<void> {
  const anonymous = new ApiClient({ url: gatewayUrl, timeoutMs: REQUEST_TIMEOUT_MS });
  const retrying = <T>(call: () => Promise<T>): Promise<T> => withRetries(call, { withinMs: DEADLINE_MS });
  const live = await Promise.all(
    (['OPEN', 'SCHEDULED', 'PREPARING'] as const).map((status) =>
      retrying(() => anonymous.listSales({ status, limit: 1 })),
    ),
  );
  if (live.some(({ items }) => items.length > 0)) return;
  const { accessToken } = await retrying(() => anonymous.issueToken({ customerId: 'seed', role: 'admin' }));
  const admin = anonymous.as(accessToken);
  const idempotencyKey = randomUUID();
  const startsAt = new Date(now + STARTS_IN_MS).toISOString();
  const endsAt = new Date(now + STARTS_IN_MS + LASTS_MS).toISOString();
  await retrying(() => admin.createSale({ ...DEMO_SALE, startsAt, endsAt }, { idempotencyKey }));
}
