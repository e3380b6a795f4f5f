import {
  emptyPool,
  ordinaryPool,
  poolKey,
  type LevelChange,
  type StockPool,
  type StockPoolId,
} from '../../stock/domain/stock-pool.js';

/** What inventory stores about the units of one sale. Repeated commands are answered from it. */
export interface SaleAllocation {
  saleId: string;
  /** Null for a sale that ended before it asked for units. */
  sku: string | null;
  status: 'SET_ASIDE' | 'REFUSED' | 'RETURNED';
  reason: AllocationRefusal | null;
}

type AllocationRefusal = 'INSUFFICIENT_STOCK' | 'UNKNOWN_SKU' | 'SALE_ENDED';

export type AllocationCommand =
  { kind: 'allocate'; saleId: string; sku: string; units: number } | { kind: 'return'; saleId: string };

export type AllocationReply =
  | { kind: 'allocated' | 'returned'; saleId: string }
  | { kind: 'refused'; saleId: string; reason: AllocationRefusal };

export interface AllocationState {
  /** By {@link poolKey}: all pools of the SKUs in question. */
  pools: ReadonlyMap<string, StockPool>;
  /** By sale. */
  allocations: ReadonlyMap<string, SaleAllocation>;
}

export interface AllocationDecision {
  /** One a command, in order. */
  replies: AllocationReply[];
  /** A changed pool without a row was empty before. */
  levels: LevelChange[];
  /** Allocations without a row. */
  opened: SaleAllocation[];
  /** Allocations whose row changes. */
  settled: SaleAllocation[];
}

/** Decides a batch of commands about the units of sales, as if they came one by one. */
export function decideAllocations(
  state: AllocationState,
  commands: readonly AllocationCommand[],
): AllocationDecision {
  const draft = new AllocationDraft(state);
  const replies = commands.map((command, commandIndex) =>
    command.kind === 'allocate'
      ? draft.allocate(command, commandIndex)
      : draft.returnUnits(command.saleId, commandIndex),
  );
  const touched = [...draft.allocations.values()];
  return {
    replies,
    levels: draft.levelChanges(),
    opened: touched.filter(({ saleId }) => !state.allocations.has(saleId)),
    settled: touched.filter(({ saleId }) => state.allocations.has(saleId)),
  };
}

/** A working copy of the state. */
class AllocationDraft {
  readonly allocations = new Map<string, SaleAllocation>();
  private readonly changes = new Map<string, LevelChange>();

  constructor(private readonly state: AllocationState) {}

  allocate(
    { saleId, sku, units }: Extract<AllocationCommand, { kind: 'allocate' }>,
    commandIndex: number,
  ): AllocationReply {
    const known = this.known(saleId);
    if (known) return replyOf(known);
    const reason = this.refusal(sku, units);
    const allocation: SaleAllocation = { saleId, sku, status: reason ? 'REFUSED' : 'SET_ASIDE', reason };
    this.allocations.set(saleId, allocation);
    if (!reason) this.move(ordinaryPool({ sku }), { sku, saleId }, units, commandIndex);
    return replyOf(allocation);
  }

  /** A sale without an allocation is stored as returned, so that a late `allocate` is refused. */
  returnUnits(saleId: string, commandIndex: number): AllocationReply {
    const known = this.known(saleId) ?? { saleId, sku: null, status: 'REFUSED' as const, reason: null };
    if (known.status === 'SET_ASIDE' && known.sku !== null) {
      const pool = this.writable({ sku: known.sku, saleId }, commandIndex);
      this.move(pool, ordinaryPool(pool), pool.available, commandIndex);
      pool.isOpen = false;
    }
    if (known.status !== 'RETURNED') {
      this.allocations.set(saleId, { ...known, status: 'RETURNED', reason: known.reason ?? 'SALE_ENDED' });
    }
    return { kind: 'returned', saleId };
  }

  levelChanges(): LevelChange[] {
    return [...this.changes.values()];
  }

  private known(saleId: string): SaleAllocation | undefined {
    return this.allocations.get(saleId) ?? this.state.allocations.get(saleId);
  }

  private refusal(sku: string, units: number): AllocationRefusal | null {
    const ordinary = this.changes.get(sku)?.after ?? this.state.pools.get(sku);
    if (!ordinary) return 'UNKNOWN_SKU';
    return ordinary.available < units ? 'INSUFFICIENT_STOCK' : null;
  }

  /** Changes `received` along with `available`, so that the levels of each pool still add up. */
  private move(from: StockPoolId, to: StockPoolId, units: number, commandIndex: number): void {
    const source = this.writable(from, commandIndex);
    const target = this.writable(to, commandIndex);
    source.available -= units;
    source.received -= units;
    target.available += units;
    target.received += units;
  }

  private writable(id: StockPoolId, commandIndex: number): StockPool {
    const key = poolKey(id);
    const before = this.changes.get(key)?.before ?? this.state.pools.get(key) ?? emptyPool(id);
    const after = this.changes.get(key)?.after ?? { ...before };
    this.changes.set(key, { before, after, commandIndex });
    return after;
  }
}

function replyOf({ saleId, status, reason }: SaleAllocation): AllocationReply {
  if (status === 'SET_ASIDE') return { kind: 'allocated', saleId };
  return { kind: 'refused', saleId, reason: reason ?? 'SALE_ENDED' };
}
