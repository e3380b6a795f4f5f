import type { ChangesStateFor, Role, RpcContract } from '@doorbuster/contracts';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { NatsContext } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import type { z } from 'zod';
import { contractOf } from './rpc.decorator.js';
import { RpcRefusedError } from './rpc-refused.error.js';
import { RpcRequest } from './rpc-request.js';
import { SIGNATURE_HEADER, RpcVerifier } from './rpc-signature.js';

/**
 * Handles every RPC: verifies the sender's signature if the RPC changes state, parses the request by its contract, and checks
 * the role of the actor. The handler gets only the parsed request.
 */
@Injectable()
export class RpcRequestInterceptor implements NestInterceptor {
  constructor(private readonly verifier: RpcVerifier) {}

  async intercept(execution: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const context: unknown = execution.switchToRpc().getContext();
    if (!(context instanceof NatsContext)) return next.handle();
    const contract = contractOf(execution.getHandler());
    const request: unknown = execution.switchToRpc().getData();
    if (!contract || !(request instanceof RpcRequest)) {
      throw new Error(`${context.getSubject()} is answered without a contract; bind its handler by @Rpc`);
    }
    if (contract.changesStateFor) {
      const signature: string | undefined = context.getHeaders()?.get(SIGNATURE_HEADER);
      await this.verifier.verify(contract.subject, request.payload, signature);
    }
    const data = parse(contract, request);
    const { changesStateFor } = contract;
    if (changesStateFor && !ACTING[changesStateFor].includes(roleOf(data))) {
      throw new RpcRefusedError('FORBIDDEN', `This is for an ${changesStateFor}.`);
    }
    // Nest passes this to the handler as the payload.
    execution.getArgs()[0] = data;
    return next.handle();
  }
}

/** @throws {RpcRefusedError} */
function parse({ request }: RpcContract, { data, isJson }: RpcRequest): unknown {
  if (!isJson) throw new RpcRefusedError('MALFORMED_JSON', 'The request is not JSON.');
  const result = request.safeParse(data);
  if (result.success) return result.data;
  throw new RpcRefusedError('VALIDATION_FAILED', whatDoesNotFit(result.error.issues));
}

/** Maximum errors in a reply; a batch of orders can have thousands. */
const ISSUES_MAX = 5;

/** Paths and messages, without values of the request. */
function whatDoesNotFit(issues: readonly z.core.$ZodIssue[]): string {
  const named = issues
    .slice(0, ISSUES_MAX)
    .map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`);
  const more = issues.length - named.length;
  return more > 0 ? `${named.join('; ')}; and ${more} more` : named.join('; ');
}

/** The roles that may make a change. A batch of customers' orders has no actor of its own. */
const ACTING: Record<ChangesStateFor, readonly (Role | undefined)[]> = {
  admin: ['admin'],
  operator: ['operator', 'admin'],
  customer: ['customer', 'operator', 'admin', undefined],
};

const roleOf = (data: unknown): Role | undefined =>
  (data as { actor?: { role?: Role } } | undefined)?.actor?.role;
