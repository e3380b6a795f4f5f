import type { FastifyInstance } from 'fastify';
import type { Admission } from '../admission/admission.js';

/** Refuses an order that there is no room for before its body is looked at. Whoever is not allowed to place one is told so. */
export function refuseOverload(fastify: FastifyInstance, admission: Admission): void {
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const { actor, method, routeOptions } = request;
    const isOrder = method === 'POST' && routeOptions.url === '/v1/orders' && actor?.role === 'customer';
    try {
      if (isOrder) admission.assertRoom();
      done(null, payload);
    } catch (error) {
      done(error as Error);
    }
  });
}
