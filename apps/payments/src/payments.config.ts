import { readConfig } from '@doorbuster/service';
import type { FactoryProvider } from '@nestjs/common';
import { z } from 'zod';
import { PAYMENT_PROVIDER } from './providers/payment-provider.js';
import { noStatement, statementIn } from './providers/provider-statement.js';
import { SimulatedProvider } from './providers/simulated-provider.js';

const paymentsConfig = z.object({
  /** A file in which the simulated provider puts down every charge. */
  SIMULATED_PROVIDER_STATEMENT: z.string().min(1).optional(),
});

export const simulatedProvider: FactoryProvider<SimulatedProvider> = {
  provide: PAYMENT_PROVIDER,
  useFactory: () => {
    const file = readConfig(paymentsConfig).SIMULATED_PROVIDER_STATEMENT;
    return new SimulatedProvider(file === undefined ? noStatement : statementIn(file));
  },
};
