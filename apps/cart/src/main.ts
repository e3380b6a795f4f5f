import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('cart');
const { runService } = await import('@doorbuster/service');
const { AppModule } = await import('./app.module.js');
const { cartSchema } = await import('./cart.schema.js');
await runService(AppModule, cartSchema);
