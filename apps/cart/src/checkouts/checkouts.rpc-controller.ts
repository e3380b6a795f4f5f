import {
  beginCheckout,
  settleCheckout,
  type Reply,
  type RequestOf,
  type ResponseOf,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CheckoutsService } from './checkouts.service.js';

@Controller()
export class CheckoutsRpcController {
  constructor(private readonly checkouts: CheckoutsService) {}

  @Rpc(beginCheckout)
  begin(
    @Payload() request: RequestOf<typeof beginCheckout>,
  ): Promise<Reply<ResponseOf<typeof beginCheckout>>> {
    return this.checkouts.begin(request);
  }

  @Rpc(settleCheckout)
  settle(
    @Payload() request: RequestOf<typeof settleCheckout>,
  ): Promise<Reply<ResponseOf<typeof settleCheckout>>> {
    return this.checkouts.settle(request);
  }
}
