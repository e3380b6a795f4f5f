import type { Logger } from '@doorbuster/telemetry';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth/auth.module.js';
import type { GatewayConfig } from './config.js';
import { AdmissionModule } from './admission/admission.module.js';
import { Draining } from './edge/draining.js';
import { EarlyRefusals } from './edge/early-refusals.js';
import { ConnectionGuard } from './edge/connection-guard.js';
import { RateLimiter } from './edge/rate-limiter.js';
import { AuditController } from './http/audit/audit.controller.js';
import { AuditLogs } from './http/audit/audit-logs.js';
import { DeadLettersController } from './http/dead-letters/dead-letters.controller.js';
import { StuckItemsController } from './http/stuck-items/stuck-items.controller.js';
import { DeadLetters } from './http/dead-letters/dead-letters.js';
import { DocsController } from './http/docs/docs.controller.js';
import { HealthController } from './http/health/health.controller.js';
import { ReadinessProbe } from './http/health/readiness.js';
import { InventoryController } from './http/inventory/inventory.controller.js';
import { OrdersModule } from './http/orders/orders.module.js';
import { ProductsModule } from './http/products/products.module.js';
import { SalesModule } from './http/sales/sales.module.js';
import { SagasController } from './http/sagas/sagas.controller.js';
import { RpcModule } from './rpc/rpc.module.js';
import { SoldOutModule } from './sold-out/sold-out.module.js';
import { CONFIG, LOGGER } from './tokens.js';

@Global()
@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig, logger: Logger): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        RpcModule.forRoot(config),
        AuthModule.forRoot(config.auth),
        AdmissionModule,
        SoldOutModule,
        OrdersModule,
        ProductsModule,
        SalesModule,
      ],
      controllers: [
        InventoryController,
        SagasController,
        DeadLettersController,
        StuckItemsController,
        AuditController,
        HealthController,
        DocsController,
      ],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        DeadLetters,
        AuditLogs,
        Draining,
        EarlyRefusals,
        RateLimiter,
        ConnectionGuard,
        ReadinessProbe,
      ],
      exports: [CONFIG, LOGGER],
    };
  }
}
