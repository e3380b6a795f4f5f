import { pluck } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import type { SetAsideDecision, SetAsideState } from '../domain/decide-set-asides.js';
import { poolKey } from '../domain/pool.js';
import type { SaleCommand, SetAside } from '../domain/set-aside.js';
import { addPools, closePools, lockPoolsOf, moveStock } from './stock.repository.js';

/** All that these commands can touch, locked: what is remembered of the sales first, then stock. */
export async function loadSetAsideState(
  tx: EntityManager,
  commands: readonly SaleCommand[],
): Promise<SetAsideState> {
  const known: SetAside[] = await tx.query(
    `select sale_id as "saleId", sku, status, reason from set_asides
     where sale_id = any($1::uuid[]) order by sale_id for update`,
    [pluck(commands, 'saleId')],
  );
  const skus = new Set(commands.flatMap((command) => (command.kind === 'set-aside' ? command.sku : [])));
  for (const { sku } of known) if (sku !== null) skus.add(sku);
  const pools = await lockPoolsOf(tx, [...skus]);
  return {
    pools: new Map(pools.map((pool) => [poolKey(pool), pool])),
    setAsides: new Map(known.map((setAside) => [setAside.saleId, setAside])),
  };
}

export async function saveSetAsides(
  tx: EntityManager,
  { levels, opened, settled }: SetAsideDecision,
): Promise<void> {
  const pools = levels.map(({ after }) => after).filter(({ saleId }) => saleId !== undefined);
  if (pools.length > 0) await addPools(tx, pools);
  if (levels.length > 0) await moveStock(tx, levels);
  const closed = pools.filter(({ isOpen }) => !isOpen);
  if (closed.length > 0) await closePools(tx, closed);
  if (settled.length > 0) await updateSetAsides(tx, settled);
  if (opened.length > 0) await insertSetAsides(tx, opened);
}

/**
 * Plain inserts, in order of the ids: when another replica was first with a sale, the unique key says so, and the work
 * starts again from what that replica wrote.
 */
async function insertSetAsides(tx: EntityManager, setAsides: readonly SetAside[]): Promise<void> {
  const sorted = setAsides.toSorted((a, b) => (a.saleId < b.saleId ? -1 : 1));
  await tx.query(
    `insert into set_asides (sale_id, sku, status, reason)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])`,
    columnsOf(sorted),
  );
}

async function updateSetAsides(tx: EntityManager, setAsides: readonly SetAside[]): Promise<void> {
  await tx.query(
    `update set_asides s set sku = u.sku, status = u.status, reason = u.reason, updated_at = now()
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as u (sale_id, sku, status, reason)
     where s.sale_id = u.sale_id`,
    columnsOf(setAsides),
  );
}

const columnsOf = (setAsides: readonly SetAside[]): unknown[] => [
  pluck(setAsides, 'saleId'),
  pluck(setAsides, 'sku'),
  pluck(setAsides, 'status'),
  pluck(setAsides, 'reason'),
];
