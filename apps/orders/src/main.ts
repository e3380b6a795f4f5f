import { startTelemetry } from '@doorbuster/telemetry/start';

await startTelemetry('orders');
const { runService } = await import('@doorbuster/service');
const { orders } = await import('./orders.definition.js');
await runService(orders);
