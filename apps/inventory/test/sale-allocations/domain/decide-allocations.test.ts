import { describe, expect, it } from 'vitest';
import { decideCommands } from '../../../src/reservations/domain/decide-commands.js';
import {
  decideAllocations,
  type AllocationState,
} from '../../../src/sale-allocations/domain/decide-allocations.js';
import { poolKey } from '../../../src/stock/domain/stock-pool.js';
import type { AllocationCommand } from '../../../src/sale-allocations/domain/decide-allocations.js';
import { save, stock, TERMS } from '../../domain-fixtures.js';

const SALE = 'sale-1';
const allocate = (units: number, sku = 'TEE'): AllocationCommand => ({
  kind: 'allocate',
  saleId: SALE,
  sku,
  units,
});
const returned: AllocationCommand = { kind: 'return', saleId: SALE };

/** The state that the next batch would load, and the replies. */
function run(state: AllocationState, ...commands: AllocationCommand[]) {
  const { replies, levels, opened, settled } = decideAllocations(state, commands);
  const { levels: pools } = save(
    { levels: state.pools, reservations: new Map() },
    { levels, opened: [], settled: [] },
  );
  const allocations = new Map(state.allocations);
  for (const one of [...opened, ...settled]) allocations.set(one.saleId, one);
  return { state: { pools, allocations }, replies };
}

const shelf = (units: number): AllocationState => ({
  pools: stock({ TEE: units }).levels,
  allocations: new Map(),
});
const figures = ({ pools }: AllocationState, saleId?: string): unknown =>
  pools.get(poolKey({ sku: 'TEE', saleId }));

describe('the units of a sale', () => {
  it('are taken from ordinary stock, once', () => {
    const { state, replies } = run(shelf(10), allocate(4), allocate(4));
    expect(replies).toEqual([1, 2].map(() => ({ kind: 'allocated', saleId: SALE })));
    expect(figures(state)).toMatchObject({ available: 6, received: 6 });
    expect(figures(state, SALE)).toMatchObject({ available: 4, received: 4, isOpen: true });
    expect(run(state, allocate(4)).state).toEqual(state);
  });

  it('are refused if there are fewer or the SKU is unknown, and the refusal is repeated', () => {
    const refused = { kind: 'refused', saleId: SALE, reason: 'INSUFFICIENT_STOCK' };
    const { state, replies } = run(shelf(3), allocate(4));
    expect(replies).toEqual([refused]);
    expect(run({ ...state, pools: stock({ TEE: 9 }).levels }, allocate(4)).replies).toEqual([refused]);
    expect(run(shelf(3), allocate(1, 'GHOST')).replies).toMatchObject([{ reason: 'UNKNOWN_SKU' }]);
  });

  it('return when the sale is over, and a late command does not allocate them again', () => {
    const { state, replies } = run(shelf(10), allocate(4), returned, returned, allocate(4));
    expect(replies.map(({ kind }) => kind)).toEqual(['allocated', 'returned', 'returned', 'refused']);
    expect(figures(state)).toMatchObject({ available: 10, received: 10 });
    expect(figures(state, SALE)).toMatchObject({ available: 0, received: 0, isOpen: false });
    expect(run(shelf(10), returned, allocate(4)).replies.at(-1)).toMatchObject({ reason: 'SALE_ENDED' });
  });
});

describe('an order of a sale', () => {
  const reserve = {
    kind: 'reserve' as const,
    orderId: 'order-1',
    lines: [{ sku: 'TEE', saleId: SALE, quantity: 2 }],
  };
  const open = run(shelf(10), allocate(3)).state;
  const reserved = save(
    { levels: open.pools, reservations: new Map() },
    decideCommands({ levels: open.pools, reservations: new Map() }, [reserve], TERMS),
  );

  it('reserves units of the sale, and no ordinary stock', () => {
    expect(figures({ ...open, pools: reserved.levels })).toMatchObject({ available: 7, reserved: 0 });
    expect(figures({ ...open, pools: reserved.levels }, SALE)).toMatchObject({ available: 1, reserved: 2 });
  });

  it('is out of stock if the sale is, even if there is ordinary stock', () => {
    const second = { ...reserve, orderId: 'order-2' };
    expect(decideCommands(reserved, [second], TERMS).replies).toMatchObject([{ reason: 'OUT_OF_STOCK' }]);
  });

  it('is refused once the sale is over; a reserved one continues, and releases to ordinary stock', () => {
    const { state } = run({ ...open, pools: reserved.levels }, returned);
    const over = { ...reserved, levels: state.pools };
    const late = { ...reserve, orderId: 'order-2' };
    expect(decideCommands(over, [late], TERMS).replies).toMatchObject([{ reason: 'SALE_ENDED', sku: 'TEE' }]);

    const commit = { kind: 'commit' as const, orderId: 'order-1' };
    const sold = save(over, decideCommands(over, [commit], TERMS)).levels;
    expect(sold.get(poolKey({ sku: 'TEE', saleId: SALE }))).toMatchObject({ sold: 2, received: 2 });

    const release = { kind: 'release' as const, orderId: 'order-1' };
    const released = save(over, decideCommands(over, [release], TERMS)).levels;
    expect(released.get('TEE')).toMatchObject({ available: 10, received: 10 });
    expect(released.get(poolKey({ sku: 'TEE', saleId: SALE }))).toMatchObject({ reserved: 0, received: 0 });
  });
});
