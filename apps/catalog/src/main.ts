import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('catalog');
const { runService } = await import('@doorbuster/service');
const { AppModule } = await import('./app.module.js');
const { catalogSchema } = await import('./catalog.schema.js');
await runService(AppModule, catalogSchema);
