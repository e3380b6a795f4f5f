import type { SchemaDefinition } from '@doorbuster/persistence';
import { CreatePayments1767225601000 } from './persistence/create-payments.migration.js';
import { CreateSimulatedBooks1768200000000 } from './persistence/create-simulated-books.migration.js';

export const paymentsSchema: SchemaDefinition = {
  service: 'payments',
  migrations: [CreatePayments1767225601000, CreateSimulatedBooks1768200000000],
};
