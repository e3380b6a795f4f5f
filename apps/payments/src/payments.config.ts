import { preparedQuery } from '@doorbuster/persistence';
import { configOf } from '@doorbuster/service';
import { optional } from '@doorbuster/service/process';
import type { FactoryProvider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { PAYMENT_PROVIDER } from './providers/payment-provider.js';
import { noStatement, statementIn } from './providers/provider-statement.js';
import { SimulatedBooks } from './providers/simulated-books.js';
import { SimulatedProvider } from './providers/simulated-provider.js';

const SIMULATED = 'simulated';

export const paymentsConfig = z
  .object({
    /** The payment provider. The simulated one takes no money, so production must set it explicitly. */
    PAYMENT_PROVIDER: optional(
      z.literal(SIMULATED, `must be '${SIMULATED}', the only provider so far: it takes no money`),
    ),
    NODE_ENV: optional(z.string()),
    /** A file to which the simulated provider writes every charge. */
    SIMULATED_PROVIDER_STATEMENT: z.string().min(1).optional(),
  })
  .refine((env) => env.NODE_ENV !== 'production' || env.PAYMENT_PROVIDER !== undefined, {
    path: ['PAYMENT_PROVIDER'],
    error: `must be set in production; '${SIMULATED}' sells without taking any money`,
  });

export class PaymentsConfig extends configOf(paymentsConfig) {}

export const simulatedProvider: FactoryProvider<SimulatedProvider> = {
  provide: PAYMENT_PROVIDER,
  useFactory: (dataSource: DataSource, config: PaymentsConfig) => {
    const file = config.SIMULATED_PROVIDER_STATEMENT;
    return new SimulatedProvider(
      new SimulatedBooks((statement, values) => preparedQuery(dataSource, statement, values)),
      file === undefined ? noStatement : statementIn(file),
    );
  },
  inject: [DataSource, PaymentsConfig],
};
