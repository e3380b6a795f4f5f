import type { Actor, Role } from '@doorbuster/contracts';
import {
  createParamDecorator,
  SetMetadata,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../problem/problem.exception.js';

export const ALLOWED = 'doorbuster:allowed';
export type Allowed = Role | 'anyone';

/** Who may call a route. A route that does not say is closed to everyone. */
export const Allow = (...allowed: Allowed[]): CustomDecorator => SetMetadata(ALLOWED, allowed);

/** The caller, on a route that is not open to anyone. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!actor) throw new ProblemException('UNAUTHENTICATED', 'Send a token as Authorization: Bearer.');
  return actor;
});
