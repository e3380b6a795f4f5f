import { createTestDatabase } from '@doorbuster/embedded/testing';
import { entityMismatches } from '@doorbuster/persistence/testing';
import { expect, it } from 'vitest';
import { paymentsSchema } from '../../src/payments.schema.js';

it('the entities match the tables after all migrations', async () => {
  const database = await createTestDatabase();
  try {
    const url = database.migratorUrl('payments');
    expect(await entityMismatches({ ...paymentsSchema, url })).toEqual([]);
  } finally {
    await database.drop();
  }
});
