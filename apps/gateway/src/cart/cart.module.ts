import { Module } from '@nestjs/common';
import { AdmissionModule } from '../edge/admission.module.js';
import { OrdersModule } from '../orders/orders.module.js';
import { ProductsModule } from '../products/products.module.js';
import { CartCheckout } from './cart-checkout.service.js';
import { CartController } from './cart.controller.js';
import { NewProductWait } from './new-product-wait.js';

@Module({
  imports: [AdmissionModule, OrdersModule, ProductsModule],
  controllers: [CartController],
  providers: [CartCheckout, NewProductWait],
})
export class CartModule {}
