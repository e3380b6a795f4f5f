import type { SchemaDefinition } from '@doorbuster/persistence';
import { CreatePayments1767225601000 } from './migrations/create-payments.migration.js';
import { CreateSimulatedBooks1768200000000 } from './migrations/create-simulated-books.migration.js';
import { PaymentEntity } from './payments/payment.entity.js';
import { SimulatedBookEntry } from './providers/simulated/simulated-book-entry.entity.js';

export const paymentsSchema: SchemaDefinition = {
  service: 'payments',
  migrations: [CreatePayments1767225601000, CreateSimulatedBooks1768200000000],
  entities: [PaymentEntity, SimulatedBookEntry],
};
