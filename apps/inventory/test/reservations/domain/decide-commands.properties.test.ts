import fc from 'fast-check';
import { describe, it } from 'vitest';
import { decideCommands, type StockDecision } from '../../../src/reservations/domain/decide-commands.js';
import { IllegalReservationTransitionError } from '../../../src/reservations/domain/reservation.state-machine.js';
import type { StockState } from '../../../src/reservations/domain/stock-draft.js';
import type { StockCommand } from '../../../src/reservations/domain/decide-commands.js';
import { NOW, save, stock } from '../../domain-fixtures.js';

const TTL_MS = 10_000;
const skus = fc.constantFrom('TEE', 'CAP', 'MUG');
const orderIds = fc.constantFrom('order-1', 'order-2', 'order-3', 'order-4', 'order-5');
const lines = fc.array(
  fc.record({ sku: fc.oneof(skus, fc.constant('GHOST')), quantity: fc.integer({ min: 1, max: 4 }) }),
  {
    minLength: 1,
    maxLength: 4,
  },
);
const command: fc.Arbitrary<StockCommand> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reserve' as const), orderId: orderIds, lines }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('commit' as const, 'release' as const, 'restock' as const),
      orderId: orderIds,
    }),
  },
);
/** A batch, and the time since the batch before it. */
const batch = fc.record({
  commands: fc.array(command, { maxLength: 8 }),
  afterMs: fc.integer({ min: 0, max: TTL_MS }),
});
const shelf = fc.record({ TEE: fc.nat(8), CAP: fc.nat(8), MUG: fc.nat(8) }).map(stock);
const history = fc.tuple(shelf, fc.array(batch, { maxLength: 12 }));

interface Step {
  before: StockState;
  after: StockState;
  commands: StockCommand[];
  decision: StockDecision;
  now: Date;
}

/** The legal batches of the history. A batch with an illegal command is left out, because it becomes a dead letter. */
function* steps([start, batches]: [
  StockState,
  { commands: StockCommand[]; afterMs: number }[],
]): Generator<Step> {
  let before = start;
  let now = NOW;
  for (const { commands, afterMs } of batches) {
    now = new Date(now.getTime() + afterMs);
    try {
      const decision = decideCommands(before, commands, { now, reservationTtlMs: TTL_MS });
      const after = save(before, decision);
      yield { before, after, commands, decision, now };
      before = after;
    } catch (error) {
      if (!(error instanceof IllegalReservationTransitionError)) throw error;
    }
  }
}

const always = (check: (step: Step) => boolean): void =>
  fc.assert(
    fc.property(history, (story) => [...steps(story)].every(check)),
    { numRuns: 500 },
  );

describe('after any commands in any order', () => {
  it('received = available + reserved + sold, no level is negative, and received does not change', () => {
    always(({ before, after }) =>
      [...after.levels.values()].every(
        ({ sku, available, reserved, sold, received }) =>
          Math.min(available, reserved, sold) >= 0 &&
          received === available + reserved + sold &&
          received === before.levels.get(sku)?.received,
      ),
    );
  });

  it('reserved and sold are the sums of the reservations', () => {
    always(({ after }) => {
      const counted = new Map<string, number>();
      for (const { status, lines: held } of after.reservations.values()) {
        for (const { sku, quantity } of held) {
          const key = `${status} ${sku}`;
          counted.set(key, (counted.get(key) ?? 0) + quantity);
        }
      }
      return [...after.levels.values()].every(
        ({ sku, reserved, sold }) =>
          reserved === (counted.get(`RESERVED ${sku}`) ?? 0) &&
          sold === (counted.get(`COMMITTED ${sku}`) ?? 0),
      );
    });
  });

  it('an order is refused only if a line of it is short', () => {
    always(({ before, commands: [first], decision }) => {
      const answer = decision.replies[0];
      if (first?.kind !== 'reserve' || before.reservations.has(first.orderId)) return true;
      const short = first.lines.filter(({ sku }) => {
        const wanted = first.lines
          .filter((other) => other.sku === sku)
          .reduce((sum, { quantity }) => sum + quantity, 0);
        return wanted > (before.levels.get(sku)?.available ?? 0);
      });
      return answer?.kind === (short.length > 0 ? 'refused' : 'reserved');
    });
  });

  it('a batch that is delivered again gets the same replies and changes nothing', () => {
    const settling = (commands: StockCommand[]): boolean =>
      new Set(commands.map(({ orderId }) => orderId)).size === commands.length;
    always(({ after, commands, decision, now }) => {
      // In a batch with two commands for one order, the first finds another status when it comes again; see the next test.
      if (!settling(commands)) return true;
      const again = decideCommands(after, commands, { now, reservationTtlMs: TTL_MS });
      return (
        again.levels.length === 0 &&
        again.opened.length === 0 &&
        again.settled.length === 0 &&
        JSON.stringify(again.replies) === JSON.stringify(decision.replies)
      );
    });
  });

  it('commands delivered twice have the effect of commands delivered once', () => {
    fc.assert(
      fc.property(shelf, fc.array(command, { maxLength: 15 }), (start, commands) => {
        const once = outcome(start, commands);
        const twice = outcome(
          start,
          commands.flatMap((one) => [one, one]),
        );
        return JSON.stringify(once) === JSON.stringify(twice);
      }),
      { numRuns: 500 },
    );
  });

  it('a batch has the effect of its commands one by one', () => {
    fc.assert(
      fc.property(shelf, fc.array(command, { maxLength: 10 }), (start, commands) => {
        const legal = commands.filter(({ kind }) => kind !== 'release');
        const together = decideCommands(start, legal, { now: NOW, reservationTtlMs: TTL_MS });
        return JSON.stringify(entries(save(start, together))) === JSON.stringify(outcome(start, legal));
      }),
      { numRuns: 500 },
    );
  });

  it('no status is entered twice', () => {
    const RANK = { RESERVED: 0, COMMITTED: 1, RESTOCKED: 2, RELEASED: 2, EXPIRED: 2, REFUSED: 2 };
    always(({ before, after }) =>
      [...after.reservations.values()].every(({ orderId, status }) => {
        const was = before.reservations.get(orderId)?.status;
        return was === undefined || was === status || RANK[was] < RANK[status];
      }),
    );
  });
});

/** The state after the commands one by one, without the illegal ones. */
function outcome(start: StockState, commands: StockCommand[]): unknown {
  let state = start;
  for (const one of commands) {
    try {
      state = save(state, decideCommands(state, [one], { now: NOW, reservationTtlMs: TTL_MS }));
    } catch (error) {
      if (!(error instanceof IllegalReservationTransitionError)) throw error;
    }
  }
  return entries(state);
}

const entries = ({ levels, reservations }: StockState): unknown => [
  [...levels],
  [...reservations.values()].toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1)),
];
