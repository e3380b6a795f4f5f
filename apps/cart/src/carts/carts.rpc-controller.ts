import {
  accept,
  getCart,
  mergeCart,
  removeCartItem,
  setCartItem,
  type Cart,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CartsService } from './carts.service.js';

@Controller()
export class CartsRpcController {
  constructor(private readonly carts: CartsService) {}

  @Rpc(getCart)
  async get(@Payload() { actor }: RequestOf<typeof getCart>): Promise<Reply<Cart>> {
    return accept(await this.carts.get(actor.customerId));
  }

  @Rpc(setCartItem)
  set(@Payload() request: RequestOf<typeof setCartItem>): Promise<Reply<Cart>> {
    return this.carts.set(request);
  }

  @Rpc(removeCartItem)
  remove(@Payload() request: RequestOf<typeof removeCartItem>): Promise<Reply<Cart>> {
    return this.carts.remove(request);
  }

  @Rpc(mergeCart)
  merge(@Payload() request: RequestOf<typeof mergeCart>): Promise<Reply<Cart>> {
    return this.carts.merge(request);
  }
}
