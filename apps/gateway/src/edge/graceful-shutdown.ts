import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SHUTDOWN_MS } from '@doorbuster/service/process';
import { Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ConnectionGuard } from './connection-guard.js';
import { LoadShedder } from './load-shedder.js';

/** Period of closing idle connections. */
const CHECK_MS = 100;

/** Accepts no new connections, sends `Connection: close`, and keeps idle connections briefly for requests on the wire. */
@Injectable()
export class GracefulShutdown implements OnModuleDestroy, BeforeApplicationShutdown {
  hasBegun = false;
  private isClosed = false;

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly connections: ConnectionGuard,
    private readonly loadShedder: LoadShedder,
  ) {}

  onModuleDestroy(): void {
    this.hasBegun = true;
    this.connections.closeAfterResponses();
    this.loadShedder.flush();
    // `close` of an HTTP server would close idle connections at once.
    Server.prototype.close.call(this.server, () => {
      this.isClosed = true;
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (let leftMs = SHUTDOWN_MS.requests as number; leftMs > 0 && !this.isClosed; leftMs -= CHECK_MS) {
      await sleep(CHECK_MS);
      this.server.closeIdleConnections();
    }
    // A connection that never sent a request is not idle to Node, and would keep the server open.
    this.server.closeAllConnections();
  }

  private get server(): HttpServer {
    return this.http.httpAdapter.getHttpServer();
  }
}
