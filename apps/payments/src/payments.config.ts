import { preparedQuery } from '@doorbuster/persistence';
import { readConfig } from '@doorbuster/service';
import type { FactoryProvider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { PAYMENT_PROVIDER } from './providers/payment-provider.js';
import { noStatement, statementIn } from './providers/provider-statement.js';
import { SimulatedBooks } from './providers/simulated-books.js';
import { SimulatedProvider } from './providers/simulated-provider.js';

const paymentsConfig = z.object({
  /** A file in which the simulated provider puts down every charge. */
  SIMULATED_PROVIDER_STATEMENT: z.string().min(1).optional(),
});

export const simulatedProvider: FactoryProvider<SimulatedProvider> = {
  provide: PAYMENT_PROVIDER,
  useFactory: (dataSource: DataSource) => {
    const file = readConfig(paymentsConfig).SIMULATED_PROVIDER_STATEMENT;
    return new SimulatedProvider(
      new SimulatedBooks((statement, values) => preparedQuery(dataSource, statement, values)),
      file === undefined ? noStatement : statementIn(file),
    );
  },
  inject: [DataSource],
};
