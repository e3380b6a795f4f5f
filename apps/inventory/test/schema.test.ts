import { createTestDatabase } from '@doorbuster/embedded/testing';
import { entityMismatches } from '@doorbuster/persistence/testing';
import { expect, it } from 'vitest';
import { inventorySchema } from '../src/inventory.schema.js';

it('the entities match the tables after all migrations', async () => {
  const database = await createTestDatabase();
  try {
    const url = database.migratorUrl('inventory');
    expect(await entityMismatches({ ...inventorySchema, url })).toEqual([]);
  } finally {
    await database.drop();
  }
});
