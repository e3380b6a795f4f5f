import { Module } from '@nestjs/common';
import { ProductsModule } from '../products/products.module.js';
import { CartsRepository } from './carts.repository.js';
import { CartsRpcController } from './carts.rpc-controller.js';
import { CartsService } from './carts.service.js';

@Module({
  imports: [ProductsModule],
  controllers: [CartsRpcController],
  providers: [CartsService, CartsRepository],
  exports: [CartsRepository],
})
export class CartsModule {}
