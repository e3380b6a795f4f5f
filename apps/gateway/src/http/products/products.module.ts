import { Module } from '@nestjs/common';
import { AvailabilityReader } from './availability.js';
import { ProductsController } from './products.controller.js';

@Module({ controllers: [ProductsController], providers: [AvailabilityReader] })
export class ProductsModule {}
