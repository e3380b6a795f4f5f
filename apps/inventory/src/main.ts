import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('inventory');
const { runService } = await import('@doorbuster/service');
const { AppModule } = await import('./app.module.js');
const { inventorySchema } = await import('./inventory.schema.js');
await runService(AppModule, inventorySchema);
