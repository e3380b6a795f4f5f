import { metrics } from '@opentelemetry/api';
import type { ConcurrencyLimit } from '../admission/concurrency-limit.js';

const meter = metrics.getMeter('doorbuster.gateway');

const refusals = meter.createCounter('doorbuster.admission.refusals', {
  description: 'Orders that were refused because too many checkouts were under way.',
  unit: '{order}',
});
const holderRefusals = meter.createCounter('doorbuster.admission.holder_refusals', {
  description: 'Orders that were refused because their customer or network had too many unsettled ones.',
  unit: '{order}',
});
const slow = meter.createObservableGauge('doorbuster.admission.slow', {
  description: 'Slow checkouts of this gateway, which have places of their own.',
  unit: '{order}',
});
const inFlight = meter.createObservableGauge('doorbuster.admission.in_flight', {
  description: 'Checkouts of this gateway that are not settled yet.',
  unit: '{order}',
});
const limit = meter.createObservableGauge('doorbuster.admission.limit', {
  description: 'How many of them there may be at once, as learned from how long they take.',
  unit: '{order}',
});

export const countOverload = (): void => refusals.add(1);
export const countHolderRefusal = (): void => holderRefusals.add(1);

export function observe(concurrency: ConcurrencyLimit, countSlow: () => number): void {
  // A counter is seen once it was counted with.
  refusals.add(0);
  holderRefusals.add(0);
  slow.addCallback((result) => result.observe(countSlow()));
  inFlight.addCallback((result) => result.observe(concurrency.inFlight));
  limit.addCallback((result) => result.observe(concurrency.limit));
}
