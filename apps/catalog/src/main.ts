import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('catalog');
const { runService } = await import('@doorbuster/service');
const { catalogDefinition } = await import('./catalog.definition.js');
await runService(catalogDefinition);
