import { Module } from '@nestjs/common';
import { PricesHandler } from './prices.handler.js';

@Module({ controllers: [PricesHandler] })
export class PricesModule {}
