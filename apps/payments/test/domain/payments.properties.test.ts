import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationResult } from '../../src/domain/decide-results.js';
import { IllegalTransitionError, OPERATIONS, type Operation } from '../../src/domain/payment-status.js';
import { isDue, type Payment } from '../../src/domain/payment.js';
import { askProvider, operationKey } from '../../src/operations/ask-provider.js';
import { SimulatedBooks } from '../../src/providers/simulated-books.js';
import { SimulatedProvider } from '../../src/providers/simulated-provider.js';
import { BooksOnPaper } from '../providers/books-on-paper.js';
import { command, ORDER_ID, PaymentOnPaper } from './payment-on-paper.js';

/**
 * What may happen, in any order: a command comes (again); somebody begins to ask the provider; a request reaches the
 * provider, late or twice; its answer reaches us, late or twice, or is lost.
 */
type Happening =
  | { what: 'command'; kind: Operation }
  | { what: 'ask' }
  | { what: 'request arrives' | 'answer arrives' | 'answer is lost'; which: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ what: fc.constant('command' as const), kind: fc.constantFrom(...OPERATIONS) }),
  fc.constant({ what: 'ask' as const }),
  fc.record({
    what: fc.constantFrom('request arrives' as const, 'answer arrives' as const, 'answer is lost' as const),
    which: fc.nat(100),
  }),
);

/** How far the checkout gets undisturbed, before anything may happen. */
const UNDISTURBED: Happening[] = (['authorise', 'capture', 'refund'] as const).flatMap((kind) => [
  { what: 'command', kind },
  { what: 'ask' },
  { what: 'request arrives', which: -1 },
  { what: 'answer arrives', which: -1 },
]);
const story = fc
  .tuple(fc.nat(UNDISTURBED.length), fc.array(happening, { maxLength: 60 }))
  .map(([length, rest]) => UNDISTURBED.slice(0, length).concat(rest));

class World {
  readonly paper = new PaymentOnPaper();
  private readonly books = new BooksOnPaper();
  private readonly captures = new Set<string>();
  readonly provider = new SimulatedProvider(new SimulatedBooks(this.books.query), ({ key }) =>
    this.captures.add(key),
  );
  private readonly requests: { payment: Payment; operation: Operation }[] = [];
  private readonly results: OperationResult[] = [];

  async happens(happened: Happening): Promise<void> {
    switch (happened.what) {
      case 'command':
        return this.command(happened.kind);
      case 'ask': {
        const operation = this.paper.ask();
        if (operation) this.requests.push({ payment: this.paper.payment, operation });
        return;
      }
      case 'request arrives': {
        const request = pick(this.requests, happened.which);
        if (!request) return;
        const { payment, operation } = request;
        this.results.push(await askProvider(this.provider, payment, operation, 1_000));
        return;
      }
      case 'answer arrives':
      case 'answer is lost': {
        const result = pick(this.results, happened.which);
        if (!result) return;
        const lost = { kind: 'unknown', error: new Error('lost') } as const;
        this.paper.learn(happened.what === 'answer arrives' ? result.outcome : lost, result.operation);
      }
    }
  }

  /** The network works again: what is to be asked for is asked for and answered. */
  async comesToRest(): Promise<void> {
    for (let turns = 0; this.paper.payment.dueInMs !== null; turns += 1) {
      if (turns === REST_TURNS_MAX) throw new Error('it never comes to rest');
      const operation = this.paper.ask();
      if (!operation) throw new Error('due, but there is nothing to ask for');
      const result = await askProvider(this.provider, this.paper.payment, operation, 1_000);
      this.paper.learn(result.outcome, operation);
    }
  }

  get charged(): { charges: number; refunds: number; status: string } {
    const status = this.books.entries.get(operationKey(ORDER_ID, 'authorise'))?.status ?? 'no entry';
    return { charges: this.captures.size, refunds: status === 'refunded' ? 1 : 0, status };
  }

  /** One that no saga sends in this state becomes a dead letter and changes nothing. */
  private command(kind: Operation): void {
    try {
      this.paper.take(command(kind));
    } catch (error) {
      if (!(error instanceof IllegalTransitionError)) throw error;
    }
  }
}

/** A failed capture or a refund that waited takes one more. */
const REST_TURNS_MAX = 3;

/** It stays there: whatever is in flight can arrive again. */
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

describe('whatever happens, in whatever order', () => {
  it('money is taken once at most, and never given back twice', () =>
    fc.assert(
      fc.asyncProperty(story, async (happenings) => {
        const world = new World();
        for (const each of happenings) {
          await world.happens(each);
          const { charges, refunds } = world.charged;
          expect(charges).toBeLessThanOrEqual(1);
          expect(refunds).toBeLessThanOrEqual(charges);
          const { capturedAmount, refundedAmount, amount } = world.paper.payment;
          expect([0, amount?.amount]).toContain(capturedAmount);
          expect(refundedAmount).toBeLessThanOrEqual(capturedAmount);
        }
      }),
      { numRuns: 500 },
    ));

  it('our books and those of the provider agree in the end, and nobody waits for an answer', () =>
    fc.assert(
      fc.asyncProperty(story, async (happenings) => {
        const world = new World();
        for (const each of happenings) await world.happens(each);
        await world.comesToRest();
        const { status, awaiting } = world.paper.payment;
        const outcome = OUTCOMES[status];
        expect(outcome?.provider).toContain(world.charged.status);
        expect(world.charged).toMatchObject({ charges: outcome?.charges, refunds: outcome?.refunds });
        expect(awaiting).toEqual({});
      }),
      { numRuns: 500 },
    ));

  it('what was given back stays given back, and late requests at the provider take nothing', () =>
    fc.assert(
      fc.asyncProperty(story, fc.array(happening, { maxLength: 30 }), async (before, after) => {
        const world = new World();
        for (const each of before) await world.happens(each);
        await world.happens({ what: 'command', kind: 'refund' });
        await world.comesToRest();
        for (const each of after) await world.happens(each);
        expect(['VOIDED', 'REFUNDED', 'DECLINED']).toContain(world.paper.payment.status);
        const { charges, refunds, status } = world.charged;
        expect(charges).toBe(refunds);
        expect(status).not.toBe('held');
      }),
      { numRuns: 300 },
    ));

  it('an answer once given is not taken back, but that a void or refund may follow it', () =>
    fc.assert(
      fc.asyncProperty(story, async (happenings) => {
        const world = new World();
        for (const each of happenings) await world.happens(each);
        await world.comesToRest();
        const kinds = new Set(world.paper.answers.map(({ verdict }) => verdict.kind));
        expect(kinds.has('captured') && kinds.has('captureRefused')).toBe(false);
        if (kinds.has('captured')) expect(['CAPTURED', 'REFUNDED']).toContain(world.paper.payment.status);
        if (kinds.has('voided')) expect(world.charged.charges).toBe(world.charged.refunds);
      }),
      { numRuns: 300 },
    ));
});

describe('a payment that waits for the provider', () => {
  it('is always due for another attempt, and one that does not wait never is', () =>
    fc.assert(
      fc.asyncProperty(story, async (happenings) => {
        const world = new World();
        for (const each of happenings) {
          await world.happens(each);
          const { payment } = world.paper;
          expect(payment.dueInMs !== null).toBe(payment.status.endsWith('ING'));
          if (isDue(payment)) expect(payment.isBeingAsked).toBe(false);
        }
      }),
      { numRuns: 200 },
    ));
});
