import { Module } from '@nestjs/common';
import { OrderFeedModule } from '../order-status/order-status.module.js';
import { Admission } from '../edge/admission.js';

@Module({ imports: [OrderFeedModule], providers: [Admission], exports: [Admission] })
export class AdmissionModule {}
