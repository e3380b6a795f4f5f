import { metrics } from '@opentelemetry/api';

const meter = metrics.getMeter('doorbuster.gateway');

const refusals = meter.createCounter('doorbuster.gate.refusals', {
  description: 'Orders that were refused because the gateway knew that there is nothing left.',
  unit: '{order}',
});
const closed = meter.createObservableGauge('doorbuster.sold_out.skus', {
  description: 'SKUs that the gateway remembers as sold out.',
  unit: '{sku}',
});

export const countRefusal = (): void => refusals.add(1);

export function observeGate(closedCount: () => number): void {
  // A counter is seen once it was counted with.
  refusals.add(0);
  closed.addCallback((result) => result.observe(closedCount()));
}
