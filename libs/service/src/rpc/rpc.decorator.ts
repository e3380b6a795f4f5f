import type { RpcContract } from '@doorbuster/contracts';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';

const CONTRACT = 'doorbuster:contract';

/**
 * Binds a controller's method to an RPC: `@Rpc(getOrder)`. The method gets the request as the contract parsed it, and
 * answers with a `Reply`. See `RpcRequestInterceptor` for what is refused before.
 */
export const Rpc = (contract: RpcContract): MethodDecorator =>
  applyDecorators(MessagePattern(contract.subject, Transport.NATS), SetMetadata(CONTRACT, contract));

/** What `@Rpc` bound a handler to. */
export const contractOf = (handler: object): RpcContract | undefined =>
  Reflect.getMetadata(CONTRACT, handler) as RpcContract | undefined;
