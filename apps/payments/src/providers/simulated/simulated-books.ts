import { Batcher } from '@doorbuster/messaging';
import { pluck, type PreparedStatement } from '@doorbuster/persistence';
import type { SimulatedBookEntry } from './simulated-book-entry.entity.js';
import { ENTER_AND_FIND } from './simulated-books.sql.js';

/** Runs a statement in a transaction of its own. */
export type BooksQuery = (statement: PreparedStatement, values: unknown[]) => Promise<SimulatedBookEntry[]>;

interface BooksRequest {
  authorisationKey: string;
  /** Absent for a read. */
  entry?: SimulatedBookEntry;
  signal: AbortSignal;
}

/** The calls of a batch of commands share a statement. */
const BATCH_MAX = 1_024;
/** More than the maximum number of calls (`callsMax`). */
const QUEUE_MAX = 4_096;
/**
 * The books of the simulated card network: one table for all replicas. The network is a separate system, so each change is
 * a transaction of its own, which a rollback in payments does not undo.
 */
export class SimulatedBooks {
  private readonly requests: Batcher<BooksRequest, SimulatedBookEntry | undefined>;

  constructor(private readonly query: BooksQuery) {
    this.requests = new Batcher<BooksRequest, SimulatedBookEntry | undefined>(
      (requests) => this.handle(requests),
      {
        batchMax: BATCH_MAX,
        queueMax: QUEUE_MAX,
        isStale: ({ signal }) => signal.aborted,
      },
    );
  }

  /** `undefined` for an authorisation that is only held, or does not exist. */
  find(authorisationKey: string, signal: AbortSignal): Promise<SimulatedBookEntry | undefined> {
    return this.requests.add({ authorisationKey, signal });
  }

  /** Inserts the entry unless the authorisation has another one. @returns the stored entry */
  async enter(entry: SimulatedBookEntry, signal: AbortSignal): Promise<SimulatedBookEntry> {
    const { authorisationKey } = entry;
    const stored = await this.requests.add({ authorisationKey, entry, signal });
    if (stored === undefined) throw new Error(`no entry for ${authorisationKey}`);
    return stored;
  }

  /** A statement can insert each authorisation once, so further requests for the same one use another statement. */
  private async handle(requests: readonly BooksRequest[]): Promise<(SimulatedBookEntry | undefined)[]> {
    const results = new Map<BooksRequest, SimulatedBookEntry | undefined>();
    for (let left = requests; left.length > 0; left = left.filter((request) => !results.has(request))) {
      const round = new Map<string, BooksRequest>();
      for (const request of left) {
        if (!round.has(request.authorisationKey)) round.set(request.authorisationKey, request);
      }
      const entries = await this.enterAndFind([...round.values()]);
      const byKey = new Map(entries.map((entry) => [entry.authorisationKey, entry]));
      for (const [key, request] of round) results.set(request, byKey.get(key));
    }
    return requests.map((request) => results.get(request));
  }

  private enterAndFind(requests: readonly BooksRequest[]): Promise<SimulatedBookEntry[]> {
    const entries = requests.flatMap(({ entry }) => entry ?? []);
    const reads = requests.filter(({ entry }) => entry === undefined);
    return this.query(ENTER_AND_FIND, [
      pluck(entries, 'authorisationKey'),
      pluck(entries, 'status'),
      pluck(entries, 'amount'),
      pluck(entries, 'captureKey'),
      pluck(entries, 'refundKey'),
      pluck(reads, 'authorisationKey'),
    ]);
  }
}
