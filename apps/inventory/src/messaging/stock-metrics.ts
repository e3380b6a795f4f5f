import { metrics } from '@opentelemetry/api';
import type { Answer } from '../domain/stock-commands.js';

const refusals = metrics.getMeter('doorbuster.inventory').createCounter('doorbuster.stock.refusals', {
  description: 'Commands that were refused, by reason.',
  unit: '{command}',
});

export function countRefusals(answers: readonly (Answer | undefined)[]): void {
  for (const answer of answers) {
    if (answer?.kind === 'refused' || answer?.kind === 'commit-refused') {
      refusals.add(1, { reason: answer.reason });
    }
  }
}
