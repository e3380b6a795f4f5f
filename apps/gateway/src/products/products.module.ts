import { Module } from '@nestjs/common';
import { AvailabilityReader } from './availability-reader.js';
import { ProductViews } from './product-views.js';
import { ProductsController } from './products.controller.js';

@Module({ controllers: [ProductsController], providers: [AvailabilityReader, ProductViews] })
export class ProductsModule {}
