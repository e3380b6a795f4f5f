import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../problem/problem.exception.js';
import { ALLOWED, type Allowed } from './allow.decorator.js';

/** Lets in whom `@Allow` names. */
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const allowed: Allowed[] =
      Reflect.getMetadata(ALLOWED, context.getHandler()) ??
      Reflect.getMetadata(ALLOWED, context.getClass()) ??
      [];
    if (allowed.includes('anyone')) return true;
    const { actor, authFailure } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!actor) throw authFailure ?? noToken();
    if (allowed.includes(actor.role)) return true;
    throw new ProblemException(
      'FORBIDDEN',
      `This is for ${allowed.join(' and ') || 'nobody'}, not for ${actor.role}.`,
    );
  }
}

const noToken = (): ProblemException =>
  new ProblemException('UNAUTHENTICATED', 'Send a token as Authorization: Bearer.', {
    headers: { 'www-authenticate': 'Bearer' },
  });
