import fc from 'fast-check';
import { describe, it } from 'vitest';
import { decideCommands } from '../../../src/reservations/domain/decide-commands.js';
import { decideAllocations } from '../../../src/sale-allocations/domain/decide-allocations.js';
import { poolKey, type StockPool } from '../../../src/stock/domain/stock-pool.js';
import { IllegalReservationTransitionError } from '../../../src/reservations/domain/reservation.state-machine.js';
import type {
  AllocationCommand,
  SaleAllocation,
} from '../../../src/sale-allocations/domain/decide-allocations.js';
import type { StockState } from '../../../src/reservations/domain/stock-draft.js';
import type { StockCommand } from '../../../src/reservations/domain/decide-commands.js';
import { NOW, save, stock, TERMS } from '../../domain-fixtures.js';

const RECEIVED = { TEE: 20, CAP: 6 };
const SKUS = ['TEE', 'CAP'] as const;
const SALES = [
  { saleId: 'sale-1', sku: 'TEE' },
  { saleId: 'sale-2', sku: 'CAP' },
] as const;
const sales = fc.constantFrom(...SALES);
const orderIds = fc.constantFrom('order-1', 'order-2', 'order-3', 'order-4', 'order-5');

const saleCommand: fc.Arbitrary<AllocationCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(sales, fc.integer({ min: 1, max: 8 }))
      .map(([sale, units]) => ({ kind: 'allocate' as const, ...sale, units })),
  },
  { weight: 1, arbitrary: sales.map(({ saleId }) => ({ kind: 'return' as const, saleId })) },
);
const line = fc
  .tuple(fc.constantFrom(...SALES, ...SKUS.map((sku) => ({ sku }))), fc.integer({ min: 1, max: 2 }))
  .map(([pool, quantity]) => ({ ...pool, quantity }));
const stockCommand: fc.Arbitrary<StockCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      orderId: orderIds,
      lines: fc.array(line, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('commit' as const, 'release' as const, 'restock' as const),
      orderId: orderIds,
    }),
  },
);

interface World {
  stock: StockState;
  allocations: Map<string, SaleAllocation>;
  /** The allocated units of each sale. */
  units: Map<string, number>;
}

/** A minute passes with each command, so that reservations expire. */
function* history(commands: readonly (AllocationCommand | StockCommand)[]): Generator<World> {
  let world: World = { stock: stock(RECEIVED), allocations: new Map(), units: new Map() };
  for (const [i, command] of commands.entries()) {
    world = 'saleId' in command ? afterSale(world, command) : afterStock(world, command, i);
    yield world;
  }
}

function afterSale({ stock: before, allocations, units }: World, command: AllocationCommand): World {
  const decision = decideAllocations({ pools: before.levels, allocations }, [command]);
  const remembered = new Map(allocations);
  for (const one of [...decision.opened, ...decision.settled]) remembered.set(one.saleId, one);
  const counted = new Map(units);
  if (command.kind === 'allocate' && decision.levels.length > 0) counted.set(command.saleId, command.units);
  const after = save(before, { levels: decision.levels, opened: [], settled: [] });
  return { stock: after, allocations: remembered, units: counted };
}

function afterStock(world: World, command: StockCommand, position: number): World {
  const now = new Date(NOW.getTime() + position * 60_000);
  try {
    return { ...world, stock: save(world.stock, decideCommands(world.stock, [command], { ...TERMS, now })) };
  } catch (error) {
    if (error instanceof IllegalReservationTransitionError) return world;
    throw error;
  }
}

const always = (check: (world: World) => boolean): void =>
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 1, arbitrary: saleCommand }, { weight: 2, arbitrary: stockCommand }), {
        maxLength: 40,
        size: 'max',
      }),
      (commands) => [...history(commands)].every(check),
    ),
    { numRuns: 1_000 },
  );

const sum = (pools: readonly StockPool[], level: 'received' | 'reserved' | 'sold'): number =>
  pools.reduce((total, pool) => total + pool[level], 0);

describe('after any commands of sales and orders', () => {
  it('the levels of each pool add up, and no unit of a SKU is created or lost', () => {
    always(({ stock: { levels } }) => {
      const pools = [...levels.values()];
      return (
        pools.every(
          ({ available, reserved, sold, received }) =>
            Math.min(available, reserved, sold) >= 0 && received === available + reserved + sold,
        ) &&
        SKUS.every(
          (one) =>
            sum(
              pools.filter(({ sku }) => sku === one),
              'received',
            ) === RECEIVED[one],
        )
      );
    });
  });

  it('a sale never holds more than its allocation, and has nothing available once it is returned', () => {
    always(({ stock: { levels }, allocations, units }) =>
      [...levels.values()].every(({ saleId, reserved, sold, available, isOpen }) => {
        if (saleId === undefined) return isOpen;
        const isReturned = allocations.get(saleId)?.status === 'RETURNED';
        return (
          reserved + sold <= (units.get(saleId) ?? 0) && isOpen !== isReturned && (isOpen || available === 0)
        );
      }),
    );
  });

  it('the reserved and sold units of a pool are those of its orders', () => {
    always(({ stock: { levels, reservations } }) =>
      [...levels].every(([key, { reserved, sold }]) => {
        const unitsIn = (status: string): number =>
          [...reservations.values()]
            .filter((one) => one.status === status)
            .flatMap(({ lines }) => lines.filter((held) => poolKey(held) === key))
            .reduce((total, { quantity }) => total + quantity, 0);
        return reserved === unitsIn('RESERVED') && sold === unitsIn('COMMITTED');
      }),
    );
  });
});
