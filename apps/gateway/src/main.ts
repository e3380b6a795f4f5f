import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('gateway');
const { runGateway } = await import('./run-gateway.js');
await runGateway();
