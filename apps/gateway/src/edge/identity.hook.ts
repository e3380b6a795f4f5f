import type { Actor } from '@doorbuster/contracts';
import type { FastifyInstance } from 'fastify';
import type { TokenVerifier } from './identity.js';
import { ProblemException } from '../problem/problem.exception.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; `null` when there is no token, or a bad one. */
    actor: Actor | null;
    /** Why a token that was sent does not count. The guard tells where one is needed. */
    authFailure: ProblemException | null;
  }
}

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

export const bearerToken = (authorization: string | undefined): string | undefined =>
  BEARER.exec(authorization ?? '')?.[1];

/** Learns who calls before anything else runs, so that the rate limit can count by customer. */
export function identifyCallers(fastify: FastifyInstance, verifier: TokenVerifier): void {
  fastify.decorateRequest('actor', null);
  fastify.decorateRequest('authFailure', null);
  fastify.addHook('onRequest', async (request) => {
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) return;
    request.actor = verifier.known(token) ?? null;
    if (request.actor) return;
    try {
      request.actor = await verifier.verify(token);
    } catch (error) {
      if (!(error instanceof ProblemException)) throw error;
      request.authFailure = error;
    }
  });
}
