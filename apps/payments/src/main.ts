import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('payments');
const { runService } = await import('@doorbuster/service');
const { paymentsDefinition } = await import('./payments.definition.js');
await runService(paymentsDefinition);
