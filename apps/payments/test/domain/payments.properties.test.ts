import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationResult, ProviderOutcome } from '../../src/payments/domain/decide-payments.js';
import {
  IllegalPaymentTransitionError,
  operationOf,
  OPERATIONS,
  type Operation,
} from '../../src/payments/domain/payment.state-machine.js';
import { isDue, type Payment } from '../../src/payments/domain/payment.js';
import { callProvider, operationKey } from '../../src/payments/call-provider.js';
import { SimulatedBooks } from '../../src/providers/simulated/simulated-books.js';
import { SimulatedProvider } from '../../src/providers/simulated/simulated-provider.js';
import { InMemoryBooks } from '../providers/in-memory-books.js';
import { command, ORDER_ID, PaymentTester } from './payment-tester.js';

/**
 * Events in any order: a command arrives (again); a replica starts a call; a request reaches the provider, late or twice;
 * its answer reaches us, late or twice, or is lost. A replica may call the provider before its transaction, which then
 * commits with or without the answer, late or never: another replica's transaction may come before it.
 */
type Step =
  | { what: 'command' | 'batch starts'; kind: Operation }
  | { what: 'call' }
  | {
      what: 'request arrives' | 'answer arrives' | 'answer is lost' | 'batch commits' | 'process dies';
      which: number;
    };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    what: fc.constantFrom('command' as const, 'batch starts' as const),
    kind: fc.constantFrom(...OPERATIONS),
  }),
  fc.constant({ what: 'call' as const }),
  fc.record({
    what: fc.constantFrom(
      'request arrives' as const,
      'answer arrives' as const,
      'answer is lost' as const,
      'batch commits' as const,
      'process dies' as const,
    ),
    which: fc.nat(100),
  }),
);

/** The usual checkout. A story starts with a part of it, so that random steps also meet late states. */
const UNDISTURBED: Step[] = (['authorise', 'capture', 'refund'] as const).flatMap((kind): Step[] => [
  { what: 'batch starts', kind },
  { what: 'request arrives', which: -1 },
  { what: 'answer arrives', which: -1 },
  { what: 'batch commits', which: -1 },
  { what: 'call' },
  { what: 'request arrives', which: -1 },
  { what: 'answer arrives', which: -1 },
]);
const story = fc
  .tuple(fc.nat(UNDISTURBED.length), fc.array(anyStep, { maxLength: 60 }))
  .map(([length, rest]) => UNDISTURBED.slice(0, length).concat(rest));

/** A command that a replica handles, with the call that it has started before its transaction. */
interface Batch {
  kind: Operation;
  payment: Payment | undefined;
  outcome?: ProviderOutcome;
  state: 'open' | 'committed' | 'dead';
}

class World {
  readonly tester = new PaymentTester();
  private readonly books = new InMemoryBooks();
  private readonly captures = new Set<string>();
  readonly provider = new SimulatedProvider(new SimulatedBooks(this.books.query), ({ key }) =>
    this.captures.add(key),
  );
  private readonly batches: Batch[] = [];
  private readonly requests: { payment: Payment; batch?: Batch }[] = [];
  private readonly results: (OperationResult & { batch: Batch | undefined })[] = [];

  async apply(step: Step): Promise<void> {
    switch (step.what) {
      case 'command':
        return this.legal(() => this.tester.send(command(step.kind)));
      case 'call': {
        if (this.tester.call()) this.requests.push({ payment: this.tester.payment });
        return;
      }
      case 'batch starts':
        return this.start(step.kind);
      case 'batch commits': {
        const batch = pick(this.batches, step.which);
        if (batch?.state === 'open') this.commit(batch);
        return;
      }
      case 'process dies': {
        const batch = pick(this.batches, step.which);
        if (batch?.state === 'open') batch.state = 'dead';
        return;
      }
      case 'request arrives': {
        const request = pick(this.requests, step.which);
        if (request) this.results.push({ ...(await this.ask(request.payment)), batch: request.batch });
        return;
      }
      case 'answer arrives':
      case 'answer is lost': {
        const result = pick(this.results, step.which);
        if (!result) return;
        const lost = { kind: 'unknown', error: new Error('lost') } as const;
        this.answer(result, step.what === 'answer arrives' ? result.outcome : lost);
      }
    }
  }

  /** Everything works again: commands without a commit are delivered again, and all due calls are made and answered. */
  async runToEnd(): Promise<void> {
    for (const batch of this.batches.splice(0)) {
      if (batch.state === 'committed') continue;
      this.start(batch.kind);
      const [again] = this.batches.splice(0);
      if (!again) throw new Error('it has not started');
      if (again.payment) again.outcome = (await this.ask(again.payment)).outcome;
      this.commit(again);
    }
    for (let calls = 0; this.tester.payment.dueInMs !== null; calls += 1) {
      if (calls === CALLS_MAX) throw new Error('it does not settle');
      if (!this.tester.call()) throw new Error('due without a current operation');
      const { outcome, operation } = await this.ask(this.tester.payment);
      this.tester.receive(outcome, operation);
    }
  }

  get charged(): { charges: number; refunds: number; status: string } {
    const status = this.books.entries.get(operationKey(ORDER_ID, 'authorise'))?.status ?? 'no entry';
    return { charges: this.captures.size, refunds: status === 'refunded' ? 1 : 0, status };
  }

  private ask(payment: Payment): Promise<OperationResult> {
    const operation = operationOf(payment.status);
    if (!operation) throw new Error('there is no current operation');
    return callProvider(this.provider, payment, operation, 1_000);
  }

  private start(kind: Operation): void {
    const batch: Batch = { kind, payment: this.tester.callEarly(kind), state: 'open' };
    this.batches.push(batch);
    if (batch.payment) this.requests.push({ payment: batch.payment, batch });
  }

  private commit(batch: Batch): void {
    const { kind, payment, outcome } = batch;
    const calls = payment ? [{ operation: kind, ...(outcome && { outcome }) }] : [];
    this.legal(() => this.tester.commit(kind, ...calls));
    batch.state = 'committed';
  }

  private answer({ operation, batch }: World['results'][number], outcome: ProviderOutcome): void {
    if (batch?.state === 'open') batch.outcome = outcome;
    else if (batch?.state !== 'dead') this.tester.receive(outcome, operation);
  }

  /** An illegal command becomes a dead letter and changes nothing. */
  private legal(send: () => void): void {
    try {
      send();
    } catch (error) {
      if (!(error instanceof IllegalPaymentTransitionError)) throw error;
    }
  }
}

/** A failed capture, an awaited refund or a void after the capture takes one call more. */
const CALLS_MAX = 3;

/** The item stays in the list, because a message in flight can arrive again. */
const pick = <T>(list: readonly T[], which: number): T | undefined =>
  list.at(which < 0 ? which : which % list.length);

const OUTCOMES: Record<string, { provider: string[]; charges: number; refunds: number }> = {
  NEW: { provider: ['no entry'], charges: 0, refunds: 0 },
  AUTHORISED: { provider: ['no entry'], charges: 0, refunds: 0 },
  DECLINED: { provider: ['no entry'], charges: 0, refunds: 0 },
  CAPTURED: { provider: ['captured'], charges: 1, refunds: 0 },
  VOIDED: { provider: ['voided'], charges: 0, refunds: 0 },
  REFUNDED: { provider: ['refunded'], charges: 1, refunds: 1 },
};

describe('in any order of commands, calls and answers', () => {
  it('money is captured at most once, and never refunded twice', () =>
    fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const world = new World();
        for (const each of steps) {
          await world.apply(each);
          const { charges, refunds } = world.charged;
          expect(charges).toBeLessThanOrEqual(1);
          expect(refunds).toBeLessThanOrEqual(charges);
          const { capturedAmount, refundedAmount, amount } = world.tester.payment;
          expect([0, amount?.amount]).toContain(capturedAmount);
          expect(refundedAmount).toBeLessThanOrEqual(capturedAmount);
        }
      }),
      { numRuns: 500 },
    ));

  it("our books and the provider's agree in the end, and no command awaits a reply", () =>
    fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const world = new World();
        for (const each of steps) await world.apply(each);
        await world.runToEnd();
        const { status, awaiting } = world.tester.payment;
        const outcome = OUTCOMES[status];
        expect(outcome?.provider).toContain(world.charged.status);
        expect(world.charged).toMatchObject({ charges: outcome?.charges, refunds: outcome?.refunds });
        expect(awaiting).toEqual({});
      }),
      { numRuns: 500 },
    ));

  it('a refunded or voided payment stays so, and late requests at the provider capture nothing', () =>
    fc.assert(
      fc.asyncProperty(story, fc.array(anyStep, { maxLength: 30 }), async (before, after) => {
        const world = new World();
        for (const each of before) await world.apply(each);
        await world.apply({ what: 'command', kind: 'refund' });
        await world.runToEnd();
        for (const each of after) await world.apply(each);
        await world.runToEnd();
        expect(['VOIDED', 'REFUNDED', 'DECLINED']).toContain(world.tester.payment.status);
        const { charges, refunds, status } = world.charged;
        expect(charges).toBe(refunds);
        expect(status).not.toBe('captured');
      }),
      { numRuns: 300 },
    ));

  it('no reply contradicts an earlier one', () =>
    fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const world = new World();
        for (const each of steps) await world.apply(each);
        await world.runToEnd();
        const kinds = new Set(world.tester.replies.map(({ outcome }) => outcome.kind));
        if (kinds.has('captureRefused')) expect(world.charged.charges).toBe(0);
        if (kinds.has('captured')) expect(['CAPTURED', 'REFUNDED']).toContain(world.tester.payment.status);
        if (kinds.has('voided')) expect(world.charged.charges).toBe(world.charged.refunds);
      }),
      { numRuns: 300 },
    ));
});

describe('a payment with a current operation', () => {
  it('always has a next attempt, and a payment without one never has', () =>
    fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const world = new World();
        for (const each of steps) {
          await world.apply(each);
          const { payment } = world.tester;
          expect(payment.dueInMs !== null).toBe(payment.status.endsWith('ING'));
          if (isDue(payment)) expect(payment.isLeased).toBe(false);
        }
      }),
      { numRuns: 200 },
    ));
});
