import type { EntityManager } from 'typeorm';
import type { Answer } from '../domain/answers.js';
import type { Decision } from '../domain/decide-commands.js';
import { isDue, lease, type Payment } from '../domain/payment.js';
import { loadPayments, savePayments } from '../persistence/payments.repository.js';

export interface Changes {
  answers: Answer[];
  /** Leased to this process: to be asked for once the transaction has committed. */
  toAsk: Payment[];
}

/** Load, decide, save. Of what the provider must be asked for, as much is leased as there is `capacity` for. */
export async function changePayments(
  tx: EntityManager,
  orderIds: readonly string[],
  decide: (known: ReadonlyMap<string, Payment>) => Decision,
  { capacity, leaseMs }: { capacity: number; leaseMs: number },
): Promise<Changes> {
  const known = await loadPayments(tx, orderIds);
  const { changed, answers } = decide(known);
  const toAsk: Payment[] = [];
  const rows = changed.map((payment) => {
    if (!isDue(payment) || toAsk.length >= capacity) return payment;
    const leased = lease(payment, leaseMs);
    toAsk.push(leased);
    return leased;
  });
  await savePayments(tx, known, rows);
  return { answers, toAsk };
}
