import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('inventory');
const { runService } = await import('@doorbuster/service');
const { inventoryDefinition } = await import('./inventory.definition.js');
await runService(inventoryDefinition);
