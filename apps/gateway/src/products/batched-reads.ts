import { Batcher, QueueFullError } from '@doorbuster/messaging';
import { activeSpans, inSharedSpan, outsideSpans } from '@doorbuster/telemetry';
import { ProblemException } from '../problem/problem.exception.js';
import type { Rendered } from './conditional-requests.js';

/** Maximum items of one request to inventory. */
const BATCH_MAX = 100;
const QUEUE_MAX = 20_000;

/** A read that waits for the next batch, with its span if it is recorded. */
interface Wanted {
  id: string;
  spans: ReturnType<typeof activeSpans>;
}

export type Found = Rendered | ProblemException;

/** Reads that arrive while a batch is in flight share the next one, and reads of one item share its result. Nothing is cached. */
export class BatchedReads {
  private readonly shared: Batcher<Wanted, Found>;

  /**
   * @param spanName of the batch's span
   * @param concurrency more than one, so that a slow batch does not delay the others
   * @param find the result of each of the different ids, in their order
   */
  constructor(
    private readonly spanName: string,
    concurrency: number,
    private readonly find: (ids: readonly string[]) => Promise<Found[]>,
  ) {
    const limits = { batchMax: BATCH_MAX, queueMax: QUEUE_MAX, concurrency };
    this.shared = new Batcher<Wanted, Found>((wanted) => this.read(wanted), limits);
  }

  /** @throws {ProblemException} the one found, or SERVICE_UNAVAILABLE */
  async of(id: string): Promise<Rendered> {
    const found = await this.shared.add({ id, spans: activeSpans() }).catch(orUnavailable);
    if (found instanceof ProblemException) throw found;
    return found;
  }

  /** The batch has a span in the trace of its first recorded read; the spans of the others link to it. */
  private async read(wanted: readonly Wanted[]): Promise<Found[]> {
    const spans = wanted.flatMap((each) => each.spans);
    const ids = [...new Set(wanted.map(({ id }) => id))];
    const found = await outsideSpans(() =>
      inSharedSpan(spans, this.spanName, { 'doorbuster.batch.size': wanted.length }, () => this.find(ids)),
    );
    const byId = new Map(ids.map((id, i) => [id, found[i] as Found]));
    return wanted.map(({ id }) => byId.get(id) as Found);
  }
}

/** For one item of a batch: its problem is not that of the others. */
export function asProblem(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  throw error;
}

function orUnavailable(error: unknown): ProblemException {
  if (!(error instanceof QueueFullError)) throw error;
  return new ProblemException('SERVICE_UNAVAILABLE', 'Too many are waiting. Try again in a moment.');
}
