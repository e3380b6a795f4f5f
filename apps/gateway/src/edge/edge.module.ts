import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ProblemFilter } from '../problem/problem.filter.js';
import { SoldOutModule } from '../sold-out/sold-out.module.js';
import { AdmissionModule } from './admission.module.js';
import { ConnectionGuard } from './connection-guard.js';
import { GracefulShutdown } from './graceful-shutdown.js';
import { AccessGuard } from './identity.js';
import { RateLimiter } from './limits.js';
import { LoadShedder } from './load-shedder.js';
import { ValidationPipe } from './request-input.js';
import { RouteTable } from './route-table.js';

/**
 * What a request passes before its controller. Global, because Nest shuts global modules down last: `GracefulShutdown`
 * closes the connections after waits and streams have ended.
 */
@Global()
@Module({
  imports: [AdmissionModule, SoldOutModule],
  providers: [
    ConnectionGuard,
    LoadShedder,
    RateLimiter,
    RouteTable,
    GracefulShutdown,
    ProblemFilter,
    { provide: APP_FILTER, useExisting: ProblemFilter },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_PIPE, useClass: ValidationPipe },
  ],
  exports: [GracefulShutdown],
})
export class EdgeModule {}
