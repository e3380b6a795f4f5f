import { preparedQuery } from '@doorbuster/persistence';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PaymentsConfig } from '../payments.config.js';
import { PAYMENT_PROVIDER } from './payment-provider.js';
import { noStatement, statementIn } from './simulated/provider-statement.js';
import { SimulatedBooks } from './simulated/simulated-books.js';
import { SimulatedProvider } from './simulated/simulated-provider.js';

/** The payment provider. Another provider replaces the factory here. */
@Module({
  providers: [
    PaymentsConfig,
    {
      provide: PAYMENT_PROVIDER,
      useFactory: (dataSource: DataSource, { SIMULATED_PROVIDER_STATEMENT: file }: PaymentsConfig) =>
        new SimulatedProvider(
          new SimulatedBooks((statement, values) => preparedQuery(dataSource, statement, values)),
          file === undefined ? noStatement : statementIn(file),
        ),
      inject: [DataSource, PaymentsConfig],
    },
  ],
  exports: [PAYMENT_PROVIDER],
})
export class ProvidersModule {}
