import { createTestDatabase } from '@doorbuster/embedded/testing';
import { entityMismatches } from '@doorbuster/persistence/testing';
import { expect, it } from 'vitest';
import { ordersSchema } from '../src/orders.schema.js';

it('entities have the columns of their tables', async () => {
  const database = await createTestDatabase();
  try {
    const url = database.migratorUrl('orders');
    expect(await entityMismatches({ ...ordersSchema, url })).toEqual([]);
  } finally {
    await database.drop();
  }
});
