import { metrics } from '@opentelemetry/api';
import type { OperationResult } from '../domain/decide-results.js';

const duration = metrics
  .getMeter('doorbuster.payments')
  .createHistogram('doorbuster.payment.provider.duration', {
    description: 'Time that the provider took to answer, or that we waited in vain.',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5] },
  });

/** The same promise, timed from now. */
export async function timed(asking: Promise<OperationResult>): Promise<OperationResult> {
  const startedAt = performance.now();
  const result = await asking;
  const { operation, outcome } = result;
  duration.record((performance.now() - startedAt) / 1_000, { operation, outcome: outcome.kind });
  return result;
}
