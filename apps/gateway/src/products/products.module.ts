import { Module } from '@nestjs/common';
import { AvailabilityReader } from './availability-reader.js';
import { CategoriesController } from './categories.controller.js';
import { ProductViews } from './product-views.js';
import { ProductsController } from './products.controller.js';

@Module({
  controllers: [ProductsController, CategoriesController],
  providers: [AvailabilityReader, ProductViews],
  exports: [AvailabilityReader],
})
export class ProductsModule {}
