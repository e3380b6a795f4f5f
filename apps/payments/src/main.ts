import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('payments');
const { runService } = await import('@doorbuster/service');
const { AppModule } = await import('./app.module.js');
const { paymentsSchema } = await import('./payments.schema.js');
await runService(AppModule, paymentsSchema);
