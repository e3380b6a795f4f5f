import { createTestDatabase } from '@doorbuster/embedded/testing';
import { entityMismatches } from '@doorbuster/persistence/testing';
import { expect, it } from 'vitest';
import { CreateSagaTables1768900000000, SagaEntity, SagaTransitionsEntity } from '../src/nest/index.js';

it('the tables that the migration for other applications creates match the entities', async () => {
  const database = await createTestDatabase();
  const url = database.migratorUrl('orders');
  const entities = [SagaEntity, SagaTransitionsEntity];
  const migrations = [CreateSagaTables1768900000000];
  expect(await entityMismatches({ service: 'orders', migrations, entities, url })).toEqual([]);
  await database.drop();
});
