import { createTestDatabase } from '@doorbuster/embedded/testing';
import { entityMismatches } from '@doorbuster/persistence/testing';
import { expect, it } from 'vitest';
import { SagaEntity, sagaMigrations, SagaTransitionsEntity } from '../src/nest/index.js';

it('the tables that the migrations for other applications create match the entities', async () => {
  const database = await createTestDatabase();
  const url = database.migratorUrl('orders');
  const entities = [SagaEntity, SagaTransitionsEntity];
  expect(await entityMismatches({ service: 'orders', migrations: sagaMigrations, entities, url })).toEqual(
    [],
  );
  await database.drop();
});
