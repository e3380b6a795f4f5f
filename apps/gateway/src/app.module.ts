import type { Logger } from '@doorbuster/telemetry';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth/auth.module.js';
import type { GatewayConfig } from './gateway.config.js';
import { AdmissionModule } from './admission/admission.module.js';
import { Draining } from './edge/graceful-shutdown.js';
import { EarlyRefusals } from './edge/load-shedder.js';
import { ConnectionGuard } from './edge/connection-guard.js';
import { RateLimiter } from './edge/limits.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditLogs } from './audit/audit.service.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { StuckItemsController } from './stuck-items/stuck-items.controller.js';
import { DeadLetters } from './dead-letters/dead-letters.service.js';
import { DocsController } from './docs/docs.controller.js';
import { HealthController } from './health/health.controller.js';
import { ReadinessProbe } from './health/readiness.js';
import { InventoryController } from './inventory/inventory.controller.js';
import { OrdersModule } from './orders/orders.module.js';
import { ProductsModule } from './products/products.module.js';
import { SalesModule } from './sales/sales.module.js';
import { SagasController } from './sagas/sagas.controller.js';
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
