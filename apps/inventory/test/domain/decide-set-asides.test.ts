import { describe, expect, it } from 'vitest';
import { decideCommands } from '../../src/domain/decide-commands.js';
import { decideSetAsides, type SetAsideState } from '../../src/domain/decide-set-asides.js';
import { poolKey } from '../../src/domain/pool.js';
import type { SaleCommand } from '../../src/domain/set-aside.js';
import { save, stock, TERMS } from './fixtures.js';

const SALE = 'sale-1';
const setAside = (units: number, sku = 'TEE'): SaleCommand => ({
  kind: 'set-aside',
  saleId: SALE,
  sku,
  units,
});
const giveBack: SaleCommand = { kind: 'return', saleId: SALE };

/** The state that the next batch would load, and what was answered. */
function run(state: SetAsideState, ...commands: SaleCommand[]) {
  const { answers, levels, opened, settled } = decideSetAsides(state, commands);
  const { levels: pools } = save(
    { levels: state.pools, reservations: new Map() },
    { levels, opened: [], settled: [] },
  );
  const setAsides = new Map(state.setAsides);
  for (const one of [...opened, ...settled]) setAsides.set(one.saleId, one);
  return { state: { pools, setAsides }, answers };
}

const shelf = (units: number): SetAsideState => ({
  pools: stock({ TEE: units }).levels,
  setAsides: new Map(),
});
const figures = ({ pools }: SetAsideState, saleId?: string): unknown =>
  pools.get(poolKey({ sku: 'TEE', saleId }));

describe('the units of a sale', () => {
  it('are taken out of ordinary stock, once', () => {
    const { state, answers } = run(shelf(10), setAside(4), setAside(4));
    expect(answers).toEqual([1, 2].map(() => ({ kind: 'set-aside', saleId: SALE })));
    expect(figures(state)).toMatchObject({ available: 6, received: 6 });
    expect(figures(state, SALE)).toMatchObject({ available: 4, received: 4, isOpen: true });
    expect(run(state, setAside(4)).state).toEqual(state);
  });

  it('are refused when there are fewer, or no such SKU, and the refusal is remembered', () => {
    const refused = { kind: 'refused', saleId: SALE, reason: 'INSUFFICIENT_STOCK' };
    const { state, answers } = run(shelf(3), setAside(4));
    expect(answers).toEqual([refused]);
    expect(run({ ...state, pools: stock({ TEE: 9 }).levels }, setAside(4)).answers).toEqual([refused]);
    expect(run(shelf(3), setAside(1, 'GHOST')).answers).toMatchObject([{ reason: 'UNKNOWN_SKU' }]);
  });

  it('go back when the sale is over, and are not set aside by a command that comes late', () => {
    const { state, answers } = run(shelf(10), setAside(4), giveBack, giveBack, setAside(4));
    expect(answers.map(({ kind }) => kind)).toEqual(['set-aside', 'returned', 'returned', 'refused']);
    expect(figures(state)).toMatchObject({ available: 10, received: 10 });
    expect(figures(state, SALE)).toMatchObject({ available: 0, received: 0, isOpen: false });
    expect(run(shelf(10), giveBack, setAside(4)).answers.at(-1)).toMatchObject({ reason: 'SALE_ENDED' });
  });
});

describe('an order of a sale', () => {
  const reserve = {
    kind: 'reserve' as const,
    orderId: 'order-1',
    lines: [{ sku: 'TEE', saleId: SALE, quantity: 2 }],
  };
  const open = run(shelf(10), setAside(3)).state;
  const reserved = save(
    { levels: open.pools, reservations: new Map() },
    decideCommands({ levels: open.pools, reservations: new Map() }, [reserve], TERMS),
  );

  it('takes of the sale and leaves ordinary stock alone', () => {
    expect(figures({ ...open, pools: reserved.levels })).toMatchObject({ available: 7, reserved: 0 });
    expect(figures({ ...open, pools: reserved.levels }, SALE)).toMatchObject({ available: 1, reserved: 2 });
  });

  it('is out of stock when the sale is, however much ordinary stock there is', () => {
    const second = { ...reserve, orderId: 'order-2' };
    expect(decideCommands(reserved, [second], TERMS).answers).toMatchObject([{ reason: 'OUT_OF_STOCK' }]);
  });

  it('is refused once the sale is over; one that is under way goes on, and lets go into ordinary stock', () => {
    const { state } = run({ ...open, pools: reserved.levels }, giveBack);
    const over = { ...reserved, levels: state.pools };
    const late = { ...reserve, orderId: 'order-2' };
    expect(decideCommands(over, [late], TERMS).answers).toMatchObject([{ reason: 'SALE_ENDED', sku: 'TEE' }]);

    const commit = { kind: 'commit' as const, orderId: 'order-1' };
    const sold = save(over, decideCommands(over, [commit], TERMS)).levels;
    expect(sold.get(poolKey({ sku: 'TEE', saleId: SALE }))).toMatchObject({ sold: 2, received: 2 });

    const release = { kind: 'release' as const, orderId: 'order-1' };
    const released = save(over, decideCommands(over, [release], TERMS)).levels;
    expect(released.get('TEE')).toMatchObject({ available: 10, received: 10 });
    expect(released.get(poolKey({ sku: 'TEE', saleId: SALE }))).toMatchObject({ reserved: 0, received: 0 });
  });
});
