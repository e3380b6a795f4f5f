import { Module } from '@nestjs/common';
import { OrderFeedModule } from '../order-feed/order-feed.module.js';
import { Admission } from './admission.js';

@Module({ imports: [OrderFeedModule], providers: [Admission], exports: [Admission] })
export class AdmissionModule {}
