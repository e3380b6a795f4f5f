import { getProduct, type VersionedProduct } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { AvailabilityReader } from './availability-reader.js';
import { asProblem, BatchedReads, type Found } from './batched-reads.js';
import { render, type Rendered } from './conditional-requests.js';

/** Reads products with their availability. A crowd on one product costs little. */
@Injectable()
export class ProductViews {
  private readonly reads = new BatchedReads('gateway read products', 4, (skus) => this.find(skus));

  constructor(
    private readonly rpc: RpcClient,
    private readonly availability: AvailabilityReader,
  ) {}

  /** @throws {ProblemException} PRODUCT_NOT_FOUND, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT */
  of(sku: string): Promise<Rendered> {
    return this.reads.of(sku);
  }

  private async find(skus: readonly string[]): Promise<Found[]> {
    const answers = await Promise.all(skus.map((sku) => this.rpc.call(getProduct, { sku }).catch(asProblem)));
    const products = answers.filter(
      (answer): answer is VersionedProduct => !(answer instanceof ProblemException),
    );
    const views = await this.availability.addTo(products);
    const versions = new Map(products.map(({ sku, version }) => [sku, version]));
    const rendered = new Map(views.map((view) => [view.sku, render(view, versions.get(view.sku))]));
    return skus.map((sku, i) => rendered.get(sku) ?? (answers[i] as ProblemException));
  }
}
