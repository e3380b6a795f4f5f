import { Module } from '@nestjs/common';
import { CartConfig } from '../cart.config.js';
import { CartExpiryJob } from './cart-expiry.job.js';

@Module({ providers: [CartConfig, CartExpiryJob] })
export class ExpiryModule {}
