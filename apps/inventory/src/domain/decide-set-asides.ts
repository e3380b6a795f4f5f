import { emptyPool, ordinaryPool, poolKey, type Pool, type PoolId } from './pool.js';
import type { SaleAnswer, SaleCommand, SetAside, UnitsRefusal } from './set-aside.js';
import type { LevelChange } from './stock-book.js';

export interface SetAsideState {
  /** By {@link poolKey}: ordinary stock and all pools of the SKUs in question. */
  pools: ReadonlyMap<string, Pool>;
  /** By sale. */
  setAsides: ReadonlyMap<string, SetAside>;
}

export interface SetAsideDecision {
  /** One a command, in order. */
  answers: SaleAnswer[];
  /** Pools whose levels are others than before; one that has no row yet was empty. */
  levels: LevelChange[];
  /** Of sales that inventory knew nothing of. */
  opened: SetAside[];
  /** Of sales that it remembered otherwise. */
  settled: SetAside[];
}

/** Decides a batch of commands about the units of sales, as if they had come one by one. */
export function decideSetAsides(state: SetAsideState, commands: readonly SaleCommand[]): SetAsideDecision {
  const book = new SaleBook(state);
  const answers = commands.map((command, position) =>
    command.kind === 'set-aside' ? book.setAside(command, position) : book.giveBack(command.saleId, position),
  );
  const remembered = [...book.remembered.values()];
  return {
    answers,
    levels: book.levelChanges(),
    opened: remembered.filter(({ saleId }) => !state.setAsides.has(saleId)),
    settled: remembered.filter(({ saleId }) => state.setAsides.has(saleId)),
  };
}

/** A working copy of the state. */
class SaleBook {
  readonly remembered = new Map<string, SetAside>();
  private readonly changes = new Map<string, LevelChange>();

  constructor(private readonly state: SetAsideState) {}

  setAside({ saleId, sku, units }: Extract<SaleCommand, { kind: 'set-aside' }>, cause: number): SaleAnswer {
    const known = this.known(saleId);
    if (known) return answerAgain(known);
    const reason = this.refusal(sku, units);
    const setAside: SetAside = { saleId, sku, status: reason ? 'REFUSED' : 'SET_ASIDE', reason };
    this.remembered.set(saleId, setAside);
    if (!reason) this.move(ordinaryPool({ sku }), { sku, saleId }, units, cause);
    return answerAgain(setAside);
  }

  /** Also when nothing was set aside: then nothing ever will be. */
  giveBack(saleId: string, cause: number): SaleAnswer {
    const known = this.known(saleId) ?? { saleId, sku: null, status: 'REFUSED' as const, reason: null };
    if (known.status === 'SET_ASIDE' && known.sku !== null) {
      const pool = this.writable({ sku: known.sku, saleId }, cause);
      this.move(pool, ordinaryPool(pool), pool.available, cause);
      pool.isOpen = false;
    }
    if (known.status !== 'RETURNED') {
      this.remembered.set(saleId, { ...known, status: 'RETURNED', reason: known.reason ?? 'SALE_ENDED' });
    }
    return { kind: 'returned', saleId };
  }

  levelChanges(): LevelChange[] {
    return [...this.changes.values()];
  }

  private known(saleId: string): SetAside | undefined {
    return this.remembered.get(saleId) ?? this.state.setAsides.get(saleId);
  }

  private refusal(sku: string, units: number): UnitsRefusal | null {
    const ordinary = this.changes.get(sku)?.after ?? this.state.pools.get(sku);
    if (!ordinary) return 'UNKNOWN_SKU';
    return ordinary.available < units ? 'INSUFFICIENT_STOCK' : null;
  }

  /** Units move with the fact that they were received, so that each pool adds up. */
  private move(from: PoolId, to: PoolId, units: number, cause: number): void {
    const source = this.writable(from, cause);
    const target = this.writable(to, cause);
    source.available -= units;
    source.received -= units;
    target.available += units;
    target.received += units;
  }

  private writable(id: PoolId, cause: number): Pool {
    const key = poolKey(id);
    const before = this.changes.get(key)?.before ?? this.state.pools.get(key) ?? emptyPool(id);
    const after = this.changes.get(key)?.after ?? { ...before };
    this.changes.set(key, { before, after, cause });
    return after;
  }
}

function answerAgain({ saleId, status, reason }: SetAside): SaleAnswer {
  if (status === 'SET_ASIDE') return { kind: 'set-aside', saleId };
  return { kind: 'refused', saleId, reason: reason ?? 'SALE_ENDED' };
}
