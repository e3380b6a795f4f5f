import type { Actor, Role } from '@doorbuster/contracts';
import {
  createParamDecorator,
  SetMetadata,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { traceIdOf } from '@doorbuster/telemetry';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../problem/problem.exception.js';

export const ALLOWED = 'doorbuster:allowed';
export type Allowed = Role | 'anyone';

/** Who may call a route. A route that does not say is closed to everyone. */
export const Allow = (...allowed: Allowed[]): CustomDecorator => SetMetadata(ALLOWED, allowed);

const USER_AGENT_MAX = 256;

/** The caller, on a route that needs a role. For an admin it includes the origin, for the audit log. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { actor } = request;
  if (!actor) throw new ProblemException('UNAUTHENTICATED', 'Send a token as Authorization: Bearer.');
  return actor.role === 'admin' ? { ...actor, origin: originOf(request) } : actor;
});

function originOf({ ip, headers, traceparent }: FastifyRequest): NonNullable<Actor['origin']> {
  // Bytes of a header are no text yet: PostgreSQL takes neither NUL nor what JSON cannot hold.
  const userAgent = headers['user-agent']?.replaceAll(/[^ -~]/g, '?').slice(0, USER_AGENT_MAX);
  return { address: ip, traceId: traceIdOf(traceparent), ...(userAgent !== undefined && { userAgent }) };
}
