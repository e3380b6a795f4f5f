import { metrics } from '@opentelemetry/api';
import type { ConcurrencyLimit } from './limits.js';

const meter = metrics.getMeter('doorbuster.gateway');

const refusals = meter.createCounter('doorbuster.admission.refusals', {
  description: 'Orders that were refused because too many checkouts were in flight.',
  unit: '{order}',
});
const holderRefusals = meter.createCounter('doorbuster.admission.holder_refusals', {
  description: 'Orders that were refused because their customer or network had too many unsettled ones.',
  unit: '{order}',
});
const slow = meter.createObservableGauge('doorbuster.admission.slow', {
  description: 'Slow checkouts of this gateway, in places of their own.',
  unit: '{order}',
});
const inFlight = meter.createObservableGauge('doorbuster.admission.in_flight', {
  description: 'Checkouts of this gateway in flight.',
  unit: '{order}',
});
const limit = meter.createObservableGauge('doorbuster.admission.limit', {
  description: 'Maximum checkouts in flight, adapted to their latency.',
  unit: '{order}',
});

export const countOverload = (): void => refusals.add(1);
export const countHolderRefusal = (): void => holderRefusals.add(1);

export function observe(concurrency: ConcurrencyLimit, countSlow: () => number): void {
  // Exports the counters before the first refusal.
  refusals.add(0);
  holderRefusals.add(0);
  slow.addCallback((result) => result.observe(countSlow()));
  inFlight.addCallback((result) => result.observe(concurrency.inFlight));
  limit.addCallback((result) => result.observe(concurrency.limit));
}
