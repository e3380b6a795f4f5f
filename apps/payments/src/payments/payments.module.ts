import { Module } from '@nestjs/common';
import { PROVIDER_CALL_LIMITS, providerCallLimits } from './provider-call-limits.js';
import { ProviderCalls } from './provider-calls.js';
import { ProviderRetryJob } from './provider-retry.job.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { PaymentCommandsHandler } from './payment-commands.handler.js';
import { PaymentsRepository } from './payments.repository.js';
import { PaymentsService } from './payments.service.js';

@Module({
  imports: [ProvidersModule],
  controllers: [PaymentCommandsHandler],
  providers: [
    PaymentsRepository,
    PaymentsService,
    ProviderCalls,
    ProviderRetryJob,
    { provide: PROVIDER_CALL_LIMITS, useValue: providerCallLimits },
  ],
})
export class PaymentsModule {}
