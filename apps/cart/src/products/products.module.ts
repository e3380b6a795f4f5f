import { Module } from '@nestjs/common';
import { CartProductsHandler } from './products.handler.js';
import { CartProductsRepository } from './products.repository.js';

@Module({
  controllers: [CartProductsHandler],
  providers: [CartProductsRepository],
  exports: [CartProductsRepository],
})
export class ProductsModule {}
