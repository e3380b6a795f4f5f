import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { PaymentCommandsHandler } from './messaging/payment-commands.handler.js';
import { OPERATION_LIMITS, operationLimits } from './operations/operation-limits.js';
import { OperationsSweep } from './operations/operations-sweep.js';
import { Operations } from './operations/operations.js';
import { PaymentsConfig, simulatedProvider } from './payments.config.js';
import { paymentsSchema } from './payments.schema.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('payments'),
    MessagingModule,
    PersistenceModule.forRoot(paymentsSchema),
    HealthModule.forRoot('payments'),
    OperationsModule.forRoot('payments'),
  ],
  controllers: [PaymentCommandsHandler],
  providers: [
    PaymentsConfig,
    simulatedProvider,
    { provide: OPERATION_LIMITS, useValue: operationLimits },
    Operations,
    OperationsSweep,
  ],
})
export class AppModule {}
