import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { listSagas, retrySaga } from '@doorbuster/contracts';
import { ADMIN } from '@doorbuster/service/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';

const ENDED = 20_000;

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterAll(() => orders.stop());

const fill = (state: string, count: number) =>
  orders.query(
    `insert into sagas (id, definition, version, state, stage, pending, refused, sequence, data, created_at, updated_at)
     select uuidv7(), 'checkout', 1, $1, 3, '[]', '[]', 1,
            '{"orderId": "0198f000-0000-7000-8000-000000000000", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}', now(), now()
     from generate_series(1, $2::int)`,
    [state, count],
  );

it('stalled sagas are found by an index of their own among thousands of ended ones', async () => {
  await fill('STALLED', 3);
  await fill('COMPLETED', ENDED);
  await orders.query('analyze sagas');
  const found = await orders.call(listSagas, { state: 'STALLED', limit: 50 });
  expect(found).toMatchObject({
    ok: true,
    value: { items: Array.from({ length: 3 }, () => ({ state: 'STALLED' })) },
  });
  const [stuck] = found.ok ? found.value.items : [];
  const late = { actor: ADMIN, id: stuck?.id ?? '', commitBy: 1 };
  expect(await orders.call(retrySaga, late)).toMatchObject({ error: { code: 'SERVICE_TIMEOUT' } });
  const scans = () =>
    orders.query(
      `select idx_scan::int as scans from pg_stat_user_indexes where indexrelname = 'sagas_stalled'`,
    );
  await eventuallyPasses(async () => expect(await scans()).toEqual([{ scans: 1 }]), { pollMs: 200 });
});
