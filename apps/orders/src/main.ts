import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('orders');
const { runService } = await import('@doorbuster/service');
const { AppModule } = await import('./app.module.js');
const { ordersSchema } = await import('./orders.schema.js');
await runService(AppModule, ordersSchema);
