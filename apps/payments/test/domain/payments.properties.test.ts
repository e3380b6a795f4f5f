import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationResult } from '../../src/payments/domain/decide-payments.js';
import {
  IllegalPaymentTransitionError,
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
 * its answer reaches us, late or twice, or is lost.
 */
type Step =
  | { what: 'command'; kind: Operation }
  | { what: 'call' }
  | { what: 'request arrives' | 'answer arrives' | 'answer is lost'; which: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ what: fc.constant('command' as const), kind: fc.constantFrom(...OPERATIONS) }),
  fc.constant({ what: 'call' as const }),
  fc.record({
    what: fc.constantFrom('request arrives' as const, 'answer arrives' as const, 'answer is lost' as const),
    which: fc.nat(100),
  }),
);

/** The usual checkout. A story starts with a part of it, so that random steps also meet late states. */
const UNDISTURBED: Step[] = (['authorise', 'capture', 'refund'] as const).flatMap((kind) => [
  { what: 'command', kind },
  { what: 'call' },
  { what: 'request arrives', which: -1 },
  { what: 'answer arrives', which: -1 },
]);
const story = fc
  .tuple(fc.nat(UNDISTURBED.length), fc.array(anyStep, { maxLength: 60 }))
  .map(([length, rest]) => UNDISTURBED.slice(0, length).concat(rest));

class World {
  readonly tester = new PaymentTester();
  private readonly books = new InMemoryBooks();
  private readonly captures = new Set<string>();
  readonly provider = new SimulatedProvider(new SimulatedBooks(this.books.query), ({ key }) =>
    this.captures.add(key),
  );
  private readonly requests: { payment: Payment; operation: Operation }[] = [];
  private readonly results: OperationResult[] = [];

  async apply(step: Step): Promise<void> {
    switch (step.what) {
      case 'command':
        return this.command(step.kind);
      case 'call': {
        const operation = this.tester.call();
        if (operation) this.requests.push({ payment: this.tester.payment, operation });
        return;
      }
      case 'request arrives': {
        const request = pick(this.requests, step.which);
        if (!request) return;
        const { payment, operation } = request;
        this.results.push(await callProvider(this.provider, payment, operation, 1_000));
        return;
      }
      case 'answer arrives':
      case 'answer is lost': {
        const result = pick(this.results, step.which);
        if (!result) return;
        const lost = { kind: 'unknown', error: new Error('lost') } as const;
        this.tester.receive(step.what === 'answer arrives' ? result.outcome : lost, result.operation);
      }
    }
  }

  /** The network works again: all due calls are made and answered. */
  async runToEnd(): Promise<void> {
    for (let calls = 0; this.tester.payment.dueInMs !== null; calls += 1) {
      if (calls === CALLS_MAX) throw new Error('it does not settle');
      const operation = this.tester.call();
      if (!operation) throw new Error('due without a current operation');
      const result = await callProvider(this.provider, this.tester.payment, operation, 1_000);
      this.tester.receive(result.outcome, operation);
    }
  }

  get charged(): { charges: number; refunds: number; status: string } {
    const status = this.books.entries.get(operationKey(ORDER_ID, 'authorise'))?.status ?? 'no entry';
    return { charges: this.captures.size, refunds: status === 'refunded' ? 1 : 0, status };
  }

  /** An illegal command becomes a dead letter and changes nothing. */
  private command(kind: Operation): void {
    try {
      this.tester.send(command(kind));
    } catch (error) {
      if (!(error instanceof IllegalPaymentTransitionError)) throw error;
    }
  }
}

/** A failed capture or an awaited refund takes one call more. */
const CALLS_MAX = 3;

/** The item stays in the list, because a message in flight can arrive again. */
const pick = <T>(list: readonly T[], which: number): T | undefined =>
  list.at(which < 0 ? which : which % list.length);

const OUTCOMES: Record<string, { provider: string[]; charges: number; refunds: number }> = {
  NEW: { provider: ['no entry'], charges: 0, refunds: 0 },
  AUTHORISED: { provider: ['no entry'], charges: 0, refunds: 0 },
  DECLINED: { provider: ['no entry'], charges: 0, refunds: 0 },
  CAPTURED: { provider: ['captured'], charges: 1, refunds: 0 },
  VOIDED: { provider: ['voided', 'no entry'], charges: 0, refunds: 0 },
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
        expect(['VOIDED', 'REFUNDED', 'DECLINED']).toContain(world.tester.payment.status);
        const { charges, refunds, status } = world.charged;
        expect(charges).toBe(refunds);
        expect(status).not.toBe('held');
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
        expect(kinds.has('captured') && kinds.has('captureRefused')).toBe(false);
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
