import { describe, expect, it } from 'vitest';
import { decideCommands } from '../../src/domain/decide-commands.js';
import type { ReservationStatus } from '../../src/domain/reservation.js';
import type { StockState } from '../../src/domain/stock-book.js';
import type { Answer, StockCommand } from '../../src/domain/stock-commands.js';
import { IN_TEN_MINUTES, line, NOW, save, statusOf, stock, TERMS } from './fixtures.js';

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

/** Commands one batch at a time, or all in one batch: it must not matter. */
function run(
  state: StockState,
  commands: StockCommand[],
  now = NOW,
): { state: StockState; answers: Answer['kind'][] } {
  const together = decideCommands(state, commands, { ...TERMS, now });
  let apart = state;
  const answers = commands.flatMap((command) => {
    const decision = decideCommands(apart, [command], { ...TERMS, now });
    apart = save(apart, decision);
    return decision.answers;
  });
  expect(together.answers).toEqual(answers);
  expect(save(state, together)).toEqual(apart);
  return { state: apart, answers: answers.flatMap((answer) => (answer ? [answer.kind] : [])) };
}

describe('reserving', () => {
  it('takes every line of the order and says until when', () => {
    const decision = decideCommands(
      stock({ TEE: 3, CAP: 2 }),
      [reserve(ORDER, line('TEE', 1), line('CAP', 2))],
      TERMS,
    );
    expect(decision.answers).toEqual([{ kind: 'reserved', orderId: ORDER, expiresAt: IN_TEN_MINUTES }]);
    expect(decision.levels.map(({ after }) => after)).toEqual([
      { sku: 'TEE', available: 2, reserved: 1, sold: 0, received: 3, isOpen: true },
      { sku: 'CAP', available: 0, reserved: 2, sold: 0, received: 2, isOpen: true },
    ]);
  });

  it('takes nothing when one line is short, and names the SKU', () => {
    const decision = decideCommands(
      stock({ TEE: 3, CAP: 1 }),
      [reserve(ORDER, line('TEE', 1), line('CAP', 2))],
      TERMS,
    );
    expect(decision.answers).toEqual([
      { kind: 'refused', orderId: ORDER, reason: 'OUT_OF_STOCK', sku: 'CAP' },
    ]);
    expect(decision.levels).toEqual([]);
  });

  it('adds up a SKU that stands on two lines', () => {
    const commands = [reserve(ORDER, line('TEE', 2), line('TEE', 2))];
    expect(run(stock({ TEE: 3 }), commands).answers).toEqual(['refused']);
    expect(run(stock({ TEE: 4 }), commands).state.levels.get('TEE')).toMatchObject({
      available: 0,
      reserved: 4,
    });
  });

  it('refuses a SKU that nobody knows', () => {
    const { answers } = decideCommands(stock({}), [reserve(ORDER, line('GHOST', 1))], TERMS);
    expect(answers).toEqual([{ kind: 'refused', orderId: ORDER, reason: 'UNKNOWN_SKU', sku: 'GHOST' }]);
  });

  it('serves a batch in the order it came, and goes on after whom it cannot serve', () => {
    const { answers } = run(stock({ TEE: 2 }), [
      reserve('a', line('TEE', 1)),
      reserve('b', line('TEE', 2)),
      reserve('c', line('TEE', 1)),
    ]);
    expect(answers).toEqual(['reserved', 'refused', 'reserved']);
  });

  it('remembers a refusal, also once there is stock again', () => {
    const { state } = run(stock({ TEE: 0 }), [reserve(ORDER, line('TEE', 1))]);
    const restocked = { ...state, levels: stock({ TEE: 5 }).levels };
    expect(decideCommands(restocked, [reserve(ORDER, line('TEE', 1))], TERMS).answers).toEqual([
      { kind: 'refused', orderId: ORDER, reason: 'OUT_OF_STOCK', sku: 'TEE' },
    ]);
  });

  it('tells the same end again, however late it is asked again', () => {
    const { state } = run(stock({ TEE: 1 }), [reserve(ORDER, line('TEE', 1))]);
    const later = { ...TERMS, now: new Date(NOW.getTime() + 60_000) };
    expect(decideCommands(state, [reserve(ORDER, line('TEE', 1))], later).answers).toEqual([
      { kind: 'reserved', orderId: ORDER, expiresAt: IN_TEN_MINUTES },
    ]);
  });
});

describe('an order that was given up', () => {
  it('is refused when its reservation comes after all', () => {
    for (const cancellation of [release, restock]) {
      const { state, answers } = run(stock({ TEE: 1 }), [cancellation, reserve(ORDER, line('TEE', 1))]);
      expect(answers.at(-1)).toBe('refused');
      expect(statusOf(state, ORDER)).toBe('RELEASED');
      expect(state.reservations.get(ORDER)?.lines).toEqual([]);
    }
  });

  it('is refused for good once a commit of it was refused', () => {
    const { state, answers } = run(stock({ TEE: 1 }), [commit, reserve(ORDER, line('TEE', 1)), commit]);
    expect(answers).toEqual(['commit-refused', 'refused', 'commit-refused']);
    expect(state.levels.get('TEE')).toMatchObject({ available: 1 });
  });
});

describe('a reservation past its time', () => {
  const reserved = run(stock({ TEE: 1 }), [reserve(ORDER, line('TEE', 1))]).state;

  it('gives its units back when the sweep comes', () => {
    const { state } = run(reserved, [expire], IN_TEN_MINUTES);
    expect(statusOf(state, ORDER)).toBe('EXPIRED');
    expect(state.levels.get('TEE')).toMatchObject({ available: 1, reserved: 0 });
  });

  it('is not there for a commit, whether or not the sweep has come', () => {
    for (const commands of [[commit], [expire, commit]]) {
      const { state, answers } = run(reserved, commands, IN_TEN_MINUTES);
      expect(answers).toEqual(['commit-refused']);
      expect(statusOf(state, ORDER)).toBe('EXPIRED');
    }
    expect(decideCommands(reserved, [commit], { ...TERMS, now: IN_TEN_MINUTES }).answers).toEqual([
      { kind: 'commit-refused', orderId: ORDER, reason: 'RESERVATION_EXPIRED' },
    ]);
  });

  it('makes room for whoever comes next in the same batch', () => {
    expect(run(reserved, [expire, reserve('next', line('TEE', 1))], IN_TEN_MINUTES).answers).toEqual([
      'reserved',
    ]);
  });

  it('is still there a moment before', () => {
    const moment = new Date(IN_TEN_MINUTES.getTime() - 1);
    expect(run(reserved, [expire, commit], moment).answers).toEqual(['committed']);
  });
});

describe('the status of an order', () => {
  const take = reserve(ORDER, line('TEE', 1));
  const cases: [StockCommand[], ReservationStatus, Answer['kind']][] = [
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
  it.each(cases)('after %j is %s, and the answer %s', (commands, status, answer) => {
    const { state, answers } = run(stock({ TEE: 1 }), commands);
    expect(statusOf(state, ORDER)).toBe(status);
    expect(answers.at(-1)).toBe(answer);
  });

  it('stays REFUSED whatever comes', () => {
    const { state, answers } = run(stock({ TEE: 0 }), [take, commit, release, restock, take]);
    expect(answers).toEqual(['refused', 'commit-refused', 'released', 'restocked', 'refused']);
    expect(statusOf(state, ORDER)).toBe('REFUSED');
  });

  it('cannot be released once it is sold', () => {
    expect(() => run(stock({ TEE: 1 }), [take, commit, release])).toThrow(
      'cannot release order order-1: it is COMMITTED',
    );
  });
});

it('names the last command that moved a SKU as the cause', () => {
  const { levels } = decideCommands(
    stock({ TEE: 2, CAP: 1 }),
    [
      reserve('a', line('TEE', 1), line('CAP', 1)),
      reserve('b', line('TEE', 1)),
      reserve('c', line('TEE', 1)),
    ],
    TERMS,
  );
  expect(levels.map(({ after, cause }) => [after.sku, cause])).toEqual([
    ['TEE', 1],
    ['CAP', 0],
  ]);
});

it('leaves alone what a batch has taken and given back', () => {
  const decision = decideCommands(stock({ TEE: 1 }), [reserve(ORDER, line('TEE', 1)), release], TERMS);
  expect(decision.levels).toEqual([]);
  expect(decision.opened.map(({ status }) => status)).toEqual(['RELEASED']);
});
