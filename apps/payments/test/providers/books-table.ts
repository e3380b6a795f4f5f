import { createTestDatabase } from '@doorbuster/embedded/testing';
import { preparedQuery } from '@doorbuster/persistence';
import { migrateSchema } from '@doorbuster/service/testing';
import { DataSource } from 'typeorm';
import { paymentsSchema } from '../../src/payments.schema.js';
import { SimulatedBooks } from '../../src/providers/simulated/simulated-books.js';

export interface BooksTable {
  /** Opens the books like a new process. */
  open(): Promise<SimulatedBooks>;
  dispose(): Promise<void>;
}

/** The real table in its own database. */
export async function startBooks(): Promise<BooksTable> {
  const database = await createTestDatabase();
  await migrateSchema(paymentsSchema, database.migratorUrl('payments'), 'silent');
  const url = database.url('payments');
  const replicas: DataSource[] = [];
  return {
    async open() {
      const replica = new DataSource({ type: 'postgres', url, parseInt8: true, poolSize: 2 });
      replicas.push(await replica.initialize());
      return new SimulatedBooks((statement, values) => preparedQuery(replica, statement, values));
    },
    async dispose() {
      await Promise.all(replicas.filter(({ isInitialized }) => isInitialized).map((each) => each.destroy()));
      await database.drop();
    },
  };
}
