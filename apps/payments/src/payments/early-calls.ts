import { withTimeout } from '@doorbuster/service';
import type { ProviderCallResult } from './call-provider.js';
import type { EarlyCall } from './domain/decide-payments.js';
import type { Operation } from './domain/payment.state-machine.js';

/**
 * The calls of one batch that start before its transaction. The transaction records the answers that it finds. The others
 * are recorded after it has ended, because before that they would find no row.
 */
export class EarlyCalls {
  private readonly calls: EarlyCall[] = [];
  private readonly answers: Promise<unknown>[] = [];
  private readonly recorded = new Set<EarlyCall>();
  private readonly transaction = Promise.withResolvers<void>();

  /** @returns after the transaction: the result, and whether the transaction has recorded it */
  async add(
    orderId: string,
    operation: Operation,
    result: Promise<ProviderCallResult>,
  ): Promise<{ result: ProviderCallResult; isRecorded: boolean }> {
    const call: EarlyCall = { orderId, operation };
    const answer = this.setOutcome(call, result);
    this.calls.push(call);
    this.answers.push(answer);
    await answer;
    await this.transaction.promise;
    return { result: await result, isRecorded: this.recorded.has(call) };
  }

  /** Waits until all calls are answered: at most `firstMs` for the first answer, and then `othersMs` for the others. */
  async wait(firstMs: number, othersMs: number): Promise<void> {
    if (this.answers.length === 0) return;
    const first = await withTimeout(Promise.race(this.answers), firstMs);
    if (first === 'done') await withTimeout(Promise.all(this.answers), othersMs);
  }

  of(orderIds: ReadonlySet<string>): EarlyCall[] {
    return this.calls.filter(({ orderId }) => orderIds.has(orderId));
  }

  /** A transaction has recorded the answers of these calls. */
  markRecorded(calls: readonly EarlyCall[]): void {
    for (const call of calls) this.recorded.add(call);
  }

  endTransaction(): void {
    this.transaction.resolve();
  }

  private async setOutcome(call: EarlyCall, result: Promise<ProviderCallResult>): Promise<void> {
    call.outcome = (await result).outcome;
  }
}
