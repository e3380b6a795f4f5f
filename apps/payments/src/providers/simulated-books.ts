import { Batcher } from '@doorbuster/messaging';
import { pluck, type PreparedStatement } from '@doorbuster/persistence';

/** The entry of an authorisation that was captured, voided or refunded. */
export interface SimulatedEntry {
  authorisationKey: string;
  status: 'captured' | 'voided' | 'refunded';
  /** In minor units; absent after a void. */
  amount: number | null;
  /** The keys that it was captured and refunded with: the same key again is the same capture. */
  captureKey: string | null;
  refundKey: string | null;
}

/** Runs a statement in a transaction of its own. */
export type BooksQuery = (statement: PreparedStatement, values: unknown[]) => Promise<SimulatedEntry[]>;

interface Item {
  authorisationKey: string;
  /** The entry to write; absent for a read. */
  entry?: SimulatedEntry;
  signal: AbortSignal;
}

const BATCH_MAX = 256;
/** Above what may be asked at once (`callsMax`). */
const WAITING_MAX = 4_096;
/** Pause that lets calls share a statement, since most of the cost is per statement. A real network is slower than this. */
const REST_MS = 5;

/**
 * Enters what is new, carries a refund over to what is captured, and leaves everything else as it is; gives the entries
 * as they are afterwards, and those of $6. One statement, so that replicas need no lock between a look and a change.
 * It need not wait for the disk: payments' own transaction, which records the answer later in the same log, does.
 */
const ENTER_AND_LOOK: PreparedStatement = {
  name: 'simulated-books',
  text: `
  with entered as (
    insert into simulated_books as known (authorisation_key, status, amount, capture_key, refund_key)
    select new.* from (select set_config('synchronous_commit', 'off', true)) as unsynced,
      unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]) as new (authorisation_key) order by 1
    on conflict (authorisation_key) do update set
      status = case when known.status = 'captured' and excluded.status = 'refunded'
        then 'refunded' else known.status end,
      refund_key = case when known.status = 'captured' and excluded.status = 'refunded'
        then excluded.refund_key else known.refund_key end
    returning *)
  select authorisation_key as "authorisationKey", status, amount, capture_key as "captureKey", refund_key as "refundKey"
  from (select * from entered union all select * from simulated_books where authorisation_key = any($6)) as entries`,
};

/**
 * The books of the simulated card network: one table that all replicas share. A network is another system, so every
 * change is a transaction of its own, which no rollback of payments undoes. An authorisation that is held has no entry:
 * its reference says all about it. So an order costs one entry, and this process keeps none.
 */
export class SimulatedBooks {
  private readonly items: Batcher<Item, SimulatedEntry | undefined>;

  constructor(private readonly query: BooksQuery) {
    this.items = new Batcher<Item, SimulatedEntry | undefined>((items) => this.handle(items), {
      batchMax: BATCH_MAX,
      queueMax: WAITING_MAX,
      restMs: REST_MS,
      isStale: ({ signal }) => signal.aborted,
    });
  }

  /** `undefined` for an authorisation that is only held, or was never made. */
  find(authorisationKey: string, signal: AbortSignal): Promise<SimulatedEntry | undefined> {
    return this.items.add({ authorisationKey, signal });
  }

  /** Enters it unless something else is there already. @returns what is there afterwards */
  async enter(entry: SimulatedEntry, signal: AbortSignal): Promise<SimulatedEntry> {
    const { authorisationKey } = entry;
    const known = await this.items.add({ authorisationKey, entry, signal });
    if (known === undefined) throw new Error(`no entry for ${authorisationKey}`);
    return known;
  }

  /** One statement can enter each authorisation once; what comes again for the same one has another. */
  private async handle(items: readonly Item[]): Promise<(SimulatedEntry | undefined)[]> {
    const results = new Map<Item, SimulatedEntry | undefined>();
    for (let left = items; left.length > 0; left = left.filter((item) => !results.has(item))) {
      const round = new Map<string, Item>();
      for (const item of left) {
        if (!round.has(item.authorisationKey)) round.set(item.authorisationKey, item);
      }
      const entries = await this.enterAndLook([...round.values()]);
      const byKey = new Map(entries.map((entry) => [entry.authorisationKey, entry]));
      for (const [key, item] of round) results.set(item, byKey.get(key));
    }
    return items.map((item) => results.get(item));
  }

  private enterAndLook(items: readonly Item[]): Promise<SimulatedEntry[]> {
    const entries = items.flatMap(({ entry }) => entry ?? []);
    const looks = items.filter(({ entry }) => entry === undefined);
    return this.query(ENTER_AND_LOOK, [
      pluck(entries, 'authorisationKey'),
      pluck(entries, 'status'),
      pluck(entries, 'amount'),
      pluck(entries, 'captureKey'),
      pluck(entries, 'refundKey'),
      pluck(looks, 'authorisationKey'),
    ]);
  }
}
