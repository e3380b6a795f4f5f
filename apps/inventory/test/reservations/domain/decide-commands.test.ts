import { describe, expect, it } from 'vitest';
import { decideCommands } from '../../../src/reservations/domain/decide-commands.js';
import type { ReservationStatus } from '../../../src/reservations/domain/reservation.state-machine.js';
import type { StockState } from '../../../src/reservations/domain/stock-draft.js';
import type { StockReply, StockCommand } from '../../../src/reservations/domain/decide-commands.js';
import { IN_TEN_MINUTES, line, NOW, save, statusOf, stock, TERMS } from '../../domain-fixtures.js';

const ORDER = 'order-1';
const reserve = (orderId: string, ...lines: ReturnType<typeof line>[]): StockCommand => ({
  kind: 'reserve',
  orderId,
  lines,
});
const commit: StockCommand = { kind: 'commit', orderId: ORDER };
const release: StockCommand = { kind: 'release', orderId: ORDER };
const restock: StockCommand = { kind: 'restock', orderId: ORDER };
const expire: StockCommand = { kind: 'expire', orderId: ORDER };

/** Decides the commands one by one and in one batch, and expects the same result. */
function run(
  state: StockState,
  commands: StockCommand[],
  now = NOW,
): { state: StockState; replies: StockReply['kind'][] } {
  const together = decideCommands(state, commands, { ...TERMS, now });
  let apart = state;
  const replies = commands.flatMap((command) => {
    const decision = decideCommands(apart, [command], { ...TERMS, now });
    apart = save(apart, decision);
    return decision.replies;
  });
  expect(together.replies).toEqual(replies);
  expect(save(state, together)).toEqual(apart);
  return { state: apart, replies: replies.flatMap((answer) => (answer ? [answer.kind] : [])) };
}

describe('reserving', () => {
  it('reserves every line, and the reply has the expiry time', () => {
    const decision = decideCommands(
      stock({ TEE: 3, CAP: 2 }),
      [reserve(ORDER, line('TEE', 1), line('CAP', 2))],
      TERMS,
    );
    expect(decision.replies).toEqual([{ kind: 'reserved', orderId: ORDER, expiresAt: IN_TEN_MINUTES }]);
    expect(decision.levels.map(({ after }) => after)).toEqual([
      { sku: 'TEE', available: 2, reserved: 1, sold: 0, received: 3, isOpen: true },
      { sku: 'CAP', available: 0, reserved: 2, sold: 0, received: 2, isOpen: true },
    ]);
  });

  it('reserves nothing if one line is short, and names its SKU', () => {
    const decision = decideCommands(
      stock({ TEE: 3, CAP: 1 }),
      [reserve(ORDER, line('TEE', 1), line('CAP', 2))],
      TERMS,
    );
    expect(decision.replies).toEqual([
      { kind: 'refused', orderId: ORDER, reason: 'OUT_OF_STOCK', sku: 'CAP' },
    ]);
    expect(decision.levels).toEqual([]);
  });

  it('adds up two lines of one SKU', () => {
    const commands = [reserve(ORDER, line('TEE', 2), line('TEE', 2))];
    expect(run(stock({ TEE: 3 }), commands).replies).toEqual(['refused']);
    expect(run(stock({ TEE: 4 }), commands).state.levels.get('TEE')).toMatchObject({
      available: 0,
      reserved: 4,
    });
  });

  it('refuses an unknown SKU', () => {
    const { replies } = decideCommands(stock({}), [reserve(ORDER, line('GHOST', 1))], TERMS);
    expect(replies).toEqual([{ kind: 'refused', orderId: ORDER, reason: 'UNKNOWN_SKU', sku: 'GHOST' }]);
  });

  it('decides a batch in order, and continues after a refusal', () => {
    const { replies } = run(stock({ TEE: 2 }), [
      reserve('a', line('TEE', 1)),
      reserve('b', line('TEE', 2)),
      reserve('c', line('TEE', 1)),
    ]);
    expect(replies).toEqual(['reserved', 'refused', 'reserved']);
  });

  it('repeats a refusal, even if there is stock again', () => {
    const { state } = run(stock({ TEE: 0 }), [reserve(ORDER, line('TEE', 1))]);
    const restocked = { ...state, levels: stock({ TEE: 5 }).levels };
    expect(decideCommands(restocked, [reserve(ORDER, line('TEE', 1))], TERMS).replies).toEqual([
      { kind: 'refused', orderId: ORDER, reason: 'OUT_OF_STOCK', sku: 'TEE' },
    ]);
  });

  it('repeats the first expiry time for a repeated command', () => {
    const { state } = run(stock({ TEE: 1 }), [reserve(ORDER, line('TEE', 1))]);
    const later = { ...TERMS, now: new Date(NOW.getTime() + 60_000) };
    expect(decideCommands(state, [reserve(ORDER, line('TEE', 1))], later).replies).toEqual([
      { kind: 'reserved', orderId: ORDER, expiresAt: IN_TEN_MINUTES },
    ]);
  });
});

describe('an order that was released', () => {
  it('is refused if its reservation comes later', () => {
    for (const cancellation of [release, restock]) {
      const { state, replies } = run(stock({ TEE: 1 }), [cancellation, reserve(ORDER, line('TEE', 1))]);
      expect(replies.at(-1)).toBe('refused');
      expect(statusOf(state, ORDER)).toBe('RELEASED');
      expect(state.reservations.get(ORDER)?.lines).toEqual([]);
    }
  });

  it('is refused for good after a refused commit', () => {
    const { state, replies } = run(stock({ TEE: 1 }), [commit, reserve(ORDER, line('TEE', 1)), commit]);
    expect(replies).toEqual(['commit-refused', 'refused', 'commit-refused']);
    expect(state.levels.get('TEE')).toMatchObject({ available: 1 });
  });
});

describe('a due reservation', () => {
  const reserved = run(stock({ TEE: 1 }), [reserve(ORDER, line('TEE', 1))]).state;

  it('returns its units when it expires', () => {
    const { state } = run(reserved, [expire], IN_TEN_MINUTES);
    expect(statusOf(state, ORDER)).toBe('EXPIRED');
    expect(state.levels.get('TEE')).toMatchObject({ available: 1, reserved: 0 });
  });

  it('is not committed, whether or not the job has expired it', () => {
    for (const commands of [[commit], [expire, commit]]) {
      const { state, replies } = run(reserved, commands, IN_TEN_MINUTES);
      expect(replies).toEqual(['commit-refused']);
      expect(statusOf(state, ORDER)).toBe('EXPIRED');
    }
    expect(decideCommands(reserved, [commit], { ...TERMS, now: IN_TEN_MINUTES }).replies).toEqual([
      { kind: 'commit-refused', orderId: ORDER, reason: 'RESERVATION_EXPIRED' },
    ]);
  });

  it('frees its units for the next command of the batch', () => {
    expect(run(reserved, [expire, reserve('next', line('TEE', 1))], IN_TEN_MINUTES).replies).toEqual([
      'reserved',
    ]);
  });

  it('is committed 1 ms before it is due', () => {
    const moment = new Date(IN_TEN_MINUTES.getTime() - 1);
    expect(run(reserved, [expire, commit], moment).replies).toEqual(['committed']);
  });
});

describe('the status of an order', () => {
  const take = reserve(ORDER, line('TEE', 1));
  const cases: [StockCommand[], ReservationStatus, StockReply['kind']][] = [
    [[take], 'RESERVED', 'reserved'],
    [[take, commit], 'COMMITTED', 'committed'],
    [[take, commit, commit], 'COMMITTED', 'committed'],
    [[take, commit, take], 'COMMITTED', 'reserved'],
    [[take, release], 'RELEASED', 'released'],
    [[take, release, release], 'RELEASED', 'released'],
    [[take, release, take], 'RELEASED', 'refused'],
    [[take, release, commit], 'RELEASED', 'commit-refused'],
    [[take, release, restock], 'RELEASED', 'restocked'],
    [[take, restock], 'RELEASED', 'restocked'],
    [[take, commit, restock], 'RESTOCKED', 'restocked'],
    [[take, commit, restock, restock], 'RESTOCKED', 'restocked'],
    [[take, commit, restock, commit], 'RESTOCKED', 'commit-refused'],
    [[take, commit, restock, release], 'RESTOCKED', 'released'],
    [[take, commit, restock, take], 'RESTOCKED', 'refused'],
  ];
  it.each(cases)('after %j is %s, and the reply is %s', (commands, status, answer) => {
    const { state, replies } = run(stock({ TEE: 1 }), commands);
    expect(statusOf(state, ORDER)).toBe(status);
    expect(replies.at(-1)).toBe(answer);
  });

  it('stays REFUSED after every command', () => {
    const { state, replies } = run(stock({ TEE: 0 }), [take, commit, release, restock, take]);
    expect(replies).toEqual(['refused', 'commit-refused', 'released', 'restocked', 'refused']);
    expect(statusOf(state, ORDER)).toBe('REFUSED');
  });

  it('cannot be released once it is sold', () => {
    expect(() => run(stock({ TEE: 1 }), [take, commit, release])).toThrow(
      'cannot release order order-1: it is COMMITTED',
    );
  });
});

it('names the index of the last command that moved units of a SKU', () => {
  const { levels } = decideCommands(
    stock({ TEE: 2, CAP: 1 }),
    [
      reserve('a', line('TEE', 1), line('CAP', 1)),
      reserve('b', line('TEE', 1)),
      reserve('c', line('TEE', 1)),
    ],
    TERMS,
  );
  expect(levels.map(({ after, commandIndex }) => [after.sku, commandIndex])).toEqual([
    ['TEE', 1],
    ['CAP', 0],
  ]);
});

it('units that one batch reserves and releases are no change', () => {
  const decision = decideCommands(stock({ TEE: 1 }), [reserve(ORDER, line('TEE', 1)), release], TERMS);
  expect(decision.levels).toEqual([]);
  expect(decision.opened.map(({ status }) => status)).toEqual(['RELEASED']);
});
