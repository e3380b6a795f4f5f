import { getSale, type VersionedSale } from '@doorbuster/contracts';
import { Batcher, QueueFullError } from '@doorbuster/messaging';
import { activeSpans, inSharedSpan, outsideSpans } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';
import { render, type Rendered } from '../products/conditional-requests.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { UnitsLeftReader } from './units-left-reader.js';

/** Maximum sales of one request to inventory. */
const BATCH_MAX = 100;
const QUEUE_MAX = 20_000;

/** A read that waits for the next batch, with its span if it is recorded. */
interface WantedSale {
  id: string;
  spans: ReturnType<typeof activeSpans>;
}

type Found = Rendered | ProblemException;

/**
 * Reads sales with their units left. Thousands of open pages ask for one sale, so all reads that arrive while a batch is
 * in flight share the next one. Nothing is cached.
 */
@Injectable()
export class SaleViews {
  private readonly shared = new Batcher<WantedSale, Found>((wanted) => this.read(wanted), {
    batchMax: BATCH_MAX,
    queueMax: QUEUE_MAX,
    // Two batches at once, so that a slow one does not delay the others.
    concurrency: 2,
  });

  constructor(
    private readonly rpc: RpcClient,
    private readonly units: UnitsLeftReader,
  ) {}

  /** @throws {ProblemException} SALE_NOT_FOUND, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT */
  async of(id: string): Promise<Rendered> {
    const found = await this.shared.add({ id, spans: activeSpans() }).catch(orUnavailable);
    if (found instanceof ProblemException) throw found;
    return found;
  }

  /** The batch has a span in the trace of its first recorded read; the spans of the others link to it. */
  private read(wanted: readonly WantedSale[]): Promise<Found[]> {
    const spans = wanted.flatMap((each) => each.spans);
    const ids = wanted.map(({ id }) => id);
    return outsideSpans(() =>
      inSharedSpan(spans, 'gateway read sales', { 'doorbuster.batch.size': ids.length }, () =>
        this.find(ids),
      ),
    );
  }

  private async find(ids: readonly string[]): Promise<Found[]> {
    const unique = [...new Set(ids)];
    const answers = await Promise.all(unique.map((id) => this.rpc.call(getSale, { id }).catch(asProblem)));
    const sales = answers.filter((answer): answer is VersionedSale => !(answer instanceof ProblemException));
    const views = await this.units.addTo(sales);
    const rendered = new Map(views.map((view, i) => [view.id, render({ ...view }, sales[i]?.version)]));
    const byId = new Map(unique.map((id, i) => [id, rendered.get(id) ?? (answers[i] as ProblemException)]));
    return ids.map((id) => byId.get(id) as Found);
  }
}

function asProblem(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  throw error;
}

function orUnavailable(error: unknown): ProblemException {
  if (!(error instanceof QueueFullError)) throw error;
  return new ProblemException('SERVICE_UNAVAILABLE', 'Too many are waiting. Try again in a moment.');
}
