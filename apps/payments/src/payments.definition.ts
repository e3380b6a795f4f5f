import type { ServiceDefinition } from '@doorbuster/service';
import { PaymentCommandsHandler } from './messaging/payment-commands.handler.js';
import { OPERATION_LIMITS, operationLimits } from './operations/operation-limits.js';
import { OperationsSweep } from './operations/operations-sweep.js';
import { Operations } from './operations/operations.js';
import { simulatedProvider } from './payments.config.js';
import { CreatePayments1767225601000 } from './persistence/create-payments.migration.js';
import { CreateSimulatedBooks1768200000000 } from './persistence/create-simulated-books.migration.js';

export const paymentsDefinition: ServiceDefinition = {
  service: 'payments',
  migrations: [CreatePayments1767225601000, CreateSimulatedBooks1768200000000],
  controllers: [PaymentCommandsHandler],
  providers: [
    simulatedProvider,
    { provide: OPERATION_LIMITS, useValue: operationLimits },
    Operations,
    OperationsSweep,
  ],
};
