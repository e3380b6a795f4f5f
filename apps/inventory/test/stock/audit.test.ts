import { listAuditOf } from '@doorbuster/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startInventory, type InventoryUnderTest } from '../inventory-fixture.js';

let inventory: InventoryUnderTest;
beforeAll(async () => {
  inventory = await startInventory({ replicas: 1 });
});
afterAll(() => inventory.stop());

it('every adjustment is in the audit log once, including refused ones', async () => {
  const [sku] = await inventory.stocked(5);
  const adjust = (delta: number, idempotencyKey: string) =>
    inventory.adjust({ sku, delta, reason: 'count', idempotencyKey });
  for (const key of ['once', 'once']) await adjust(2, key);
  await adjust(-100, 'too-many');
  const reply = await inventory.query(listAuditOf('inventory'), { limit: 10, target: sku });
  expect(reply).toMatchObject({
    ok: true,
    value: {
      items: [
        {
          outcome: 'REFUSED',
          request: { delta: -100, reason: 'count' },
          before: { available: 7 },
          after: null,
        },
        { outcome: 'DONE', request: { delta: 2 }, before: { available: 5 }, after: { available: 7 } },
        { outcome: 'DONE', request: { delta: 5 }, before: { available: 0 }, after: { available: 5 } },
      ],
      nextCursor: null,
    },
  });
});
