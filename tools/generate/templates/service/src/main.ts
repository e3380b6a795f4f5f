import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('example');
const { runService } = await import('@doorbuster/service');
const { AppModule } = await import('./app.module.js');
const { exampleSchema } = await import('./example.schema.js');
await runService(AppModule, exampleSchema);
