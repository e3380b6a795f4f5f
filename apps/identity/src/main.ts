import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('identity');
const { runService } = await import('@doorbuster/service');
const { AppModule } = await import('./app.module.js');
const { identitySchema } = await import('./identity.schema.js');
await runService(AppModule, identitySchema);
