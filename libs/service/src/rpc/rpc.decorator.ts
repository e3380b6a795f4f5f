import type { RpcContract } from '@doorbuster/contracts';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';

const CONTRACT = 'doorbuster:contract';

/**
 * Binds a controller's method to an RPC: `@Rpc(getOrder)`. The method gets the parsed request and returns a `Reply`.
 * `RpcRequestInterceptor` refuses invalid requests before that.
 */
export const Rpc = (contract: RpcContract): MethodDecorator =>
  applyDecorators(MessagePattern(contract.subject, Transport.NATS), SetMetadata(CONTRACT, contract));

/** The contract of a handler with `@Rpc`. */
export const contractOf = (handler: object): RpcContract | undefined =>
  Reflect.getMetadata(CONTRACT, handler) as RpcContract | undefined;
