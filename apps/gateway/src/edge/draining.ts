import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Long enough for busy connections to get an answer that ends them, and for a load balancer that looks often. */
const DRAIN_MS = 300;

/**
 * The time between the signal to end and the end of listening. Connections are asked to close with their next answer:
 * closed from this side, they might be carrying a request just then.
 */
@Injectable()
export class Draining implements OnModuleDestroy, BeforeApplicationShutdown {
  isUnderWay = false;

  onModuleDestroy(): void {
    this.isUnderWay = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await sleep(DRAIN_MS);
  }

  closeConnectionsOf(fastify: FastifyInstance): void {
    fastify.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.isUnderWay) reply.header('connection', 'close');
      done();
    });
  }
}
