import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SHUTDOWN_MS } from '@doorbuster/service/process';
import { Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

/** Between two looks for connections that carry nothing any more. */
const LOOK_MS = 100;

/**
 * The time between the signal to end and the end. Nobody new is let in, and who is in is asked to leave with the next
 * answer. A connection that looks idle has some time to show a request that is on its way: closed from this side at
 * once, it would take that along.
 */
@Injectable()
export class Draining implements OnModuleDestroy, BeforeApplicationShutdown {
  isUnderWay = false;
  private isClosed = false;

  constructor(private readonly http: HttpAdapterHost) {}

  closeConnectionsOf(fastify: FastifyInstance): void {
    fastify.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.isUnderWay) reply.header('connection', 'close');
      done();
    });
  }

  onModuleDestroy(): void {
    this.isUnderWay = true;
    // An HTTP server's own `close` would close idle connections in the same moment.
    Server.prototype.close.call(this.server, () => {
      this.isClosed = true;
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (let leftMs = SHUTDOWN_MS.requests as number; leftMs > 0 && !this.isClosed; leftMs -= LOOK_MS) {
      await sleep(LOOK_MS);
      this.server.closeIdleConnections();
    }
    // Whoever never asked for anything does not count as idle, and the server would wait for them for ever.
    this.server.closeAllConnections();
  }

  private get server(): HttpServer {
    return this.http.httpAdapter.getHttpServer();
  }
}
