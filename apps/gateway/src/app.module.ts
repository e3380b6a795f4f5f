import type { Logger } from '@doorbuster/telemetry';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { AccountsModule } from './accounts/accounts.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CartModule } from './cart/cart.module.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { DocsModule } from './docs/docs.module.js';
import { EdgeModule } from './edge/edge.module.js';
import { GatewayConfig } from './gateway.config.js';
import { HealthModule } from './health/health.module.js';
import { ImagesModule } from './images/images.module.js';
import { InventoryModule } from './inventory/inventory.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { ProductsModule } from './products/products.module.js';
import { RpcModule } from './rpc/rpc.module.js';
import { SagasModule } from './sagas/sagas.module.js';
import { SalesModule } from './sales/sales.module.js';
import { StartPageModule } from './start-page/start-page.module.js';
import { StuckItemsModule } from './stuck-items/stuck-items.module.js';
import { LOGGER } from './tokens.js';

@Global()
@Module({})
export class AppModule {
  static forRoot(config: GatewayConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        RpcModule,
        AuthModule.forRoot(config.auth),
        EdgeModule,
        OrdersModule,
        CartModule,
        ProductsModule,
        ImagesModule,
        SalesModule,
        InventoryModule,
        SagasModule,
        DeadLettersModule,
        StuckItemsModule,
        AuditModule,
        AccountsModule,
        HealthModule,
        DocsModule,
        StartPageModule,
      ],
      providers: [
        { provide: GatewayConfig, useValue: config },
        { provide: LOGGER, useValue: logger },
      ],
      exports: [GatewayConfig, LOGGER],
    };
  }
}
