import { Module } from '@nestjs/common';
import { OrderStatusModule } from '../order-status/order-status.module.js';
import { Admission } from './admission.js';

@Module({ imports: [OrderStatusModule], providers: [Admission], exports: [Admission] })
export class AdmissionModule {}
