import {
  listSagas,
  retrySaga,
  sagaFilter,
  type Actor,
  type Page,
  type Saga,
  type SagaFilter,
} from '@doorbuster/contracts';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Allow, Caller } from '../edge/identity.js';
import { Changes } from '../rpc/changes.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { noBody, type NoBody, SAGA_ID } from '../edge/request-input.js';

@Controller('v1/sagas')
@Allow('operator', 'admin')
export class SagasController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly changes: Changes,
  ) {}

  @Get()
  list(@Query({ schema: sagaFilter }) filter: SagaFilter): Promise<Page<Saga>> {
    return this.rpc.call(listSagas, filter);
  }

  @Post(':id/retry')
  @HttpCode(202)
  retry(
    @Caller() actor: Actor,
    @Param('id', SAGA_ID) id: string,
    @Body({ schema: noBody }) _body: NoBody,
  ): Promise<Saga> {
    return this.changes.make(retrySaga, { actor, id });
  }
}
