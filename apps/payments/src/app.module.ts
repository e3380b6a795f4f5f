import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { PaymentsModule } from './payments/payments.module.js';
import { paymentsSchema } from './payments.schema.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('payments'),
    MessagingModule,
    PersistenceModule.forRoot(paymentsSchema),
    HealthModule.forRoot('payments'),
    OperationsModule.forRoot('payments'),
    PaymentsModule,
  ],
})
export class AppModule {}
