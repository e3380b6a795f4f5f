import { getProduct, type VersionedProduct } from '@doorbuster/contracts';
import { Batcher, QueueFullError } from '@doorbuster/messaging';
import { activeSpans, inSharedSpan, outsideSpans } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { AvailabilityReader } from './availability-reader.js';
import { render, type Rendered } from './conditional-requests.js';

/** Maximum SKUs of one request to inventory. */
const BATCH_MAX = 100;
const QUEUE_MAX = 20_000;
/** More than one, so that a slow batch does not delay the others. */
const CONCURRENCY = 4;

/** A read that waits for the next batch, with its span if it is recorded. */
interface Wanted {
  sku: string;
  spans: ReturnType<typeof activeSpans>;
}

type Found = Rendered | ProblemException;

/**
 * Reads products with their availability. Reads that arrive while a batch is in flight share the next one, and reads of
 * one product share its result. So a crowd on one product costs little, and nothing is cached.
 */
@Injectable()
export class ProductViews {
  private readonly shared = new Batcher<Wanted, Found>((wanted) => this.read(wanted), {
    batchMax: BATCH_MAX,
    queueMax: QUEUE_MAX,
    concurrency: CONCURRENCY,
  });

  constructor(
    private readonly rpc: RpcClient,
    private readonly availability: AvailabilityReader,
  ) {}

  /** @throws {ProblemException} PRODUCT_NOT_FOUND, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT */
  async of(sku: string): Promise<Rendered> {
    const found = await this.shared.add({ sku, spans: activeSpans() }).catch(orUnavailable);
    if (found instanceof ProblemException) throw found;
    return found;
  }

  /** The batch has a span in the trace of its first recorded read; the spans of the others link to it. */
  private read(wanted: readonly Wanted[]): Promise<Found[]> {
    const spans = wanted.flatMap((each) => each.spans);
    const skus = wanted.map(({ sku }) => sku);
    return outsideSpans(() =>
      inSharedSpan(spans, 'gateway read products', { 'doorbuster.batch.size': skus.length }, () =>
        this.find(skus),
      ),
    );
  }

  private async find(skus: readonly string[]): Promise<Found[]> {
    const unique = [...new Set(skus)];
    const answers = await Promise.all(
      unique.map((sku) => this.rpc.call(getProduct, { sku }).catch(asProblem)),
    );
    const products = answers.filter(
      (answer): answer is VersionedProduct => !(answer instanceof ProblemException),
    );
    const views = await this.availability.addTo(products);
    const versions = new Map(products.map(({ sku, version }) => [sku, version]));
    const rendered = new Map(views.map((view) => [view.sku, render(view, versions.get(view.sku))]));
    const bySku = new Map(
      unique.map((sku, i) => [sku, rendered.get(sku) ?? (answers[i] as ProblemException)] as const),
    );
    return skus.map((sku) => bySku.get(sku) as Found);
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
