import {
  listSagas,
  retrySaga,
  type Reply,
  type RequestOf,
  type ResponseOf,
  type Saga,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SagasService } from './sagas.service.js';

@Controller()
export class SagasRpcController {
  constructor(private readonly sagas: SagasService) {}

  @Rpc(listSagas)
  list(@Payload() request: RequestOf<typeof listSagas>): Promise<Reply<ResponseOf<typeof listSagas>>> {
    return this.sagas.list(request);
  }

  @Rpc(retrySaga)
  retry(@Payload() request: RequestOf<typeof retrySaga>): Promise<Reply<Saga>> {
    return this.sagas.retry(request);
  }
}
