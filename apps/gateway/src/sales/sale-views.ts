import { getSale, type VersionedSale } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';
import { asProblem, BatchedReads, type Found } from '../products/batched-reads.js';
import { render, type Rendered } from '../products/conditional-requests.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { UnitsLeftReader } from './units-left-reader.js';

/** Reads sales with their units left. Thousands of open pages ask for one sale. */
@Injectable()
export class SaleViews {
  private readonly reads = new BatchedReads('gateway read sales', 2, (ids) => this.find(ids));

  constructor(
    private readonly rpc: RpcClient,
    private readonly units: UnitsLeftReader,
  ) {}

  /** @throws {ProblemException} SALE_NOT_FOUND, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT */
  of(id: string): Promise<Rendered> {
    return this.reads.of(id);
  }

  private async find(ids: readonly string[]): Promise<Found[]> {
    const answers = await Promise.all(ids.map((id) => this.rpc.call(getSale, { id }).catch(asProblem)));
    const sales = answers.filter((answer): answer is VersionedSale => !(answer instanceof ProblemException));
    const views = await this.units.addTo(sales);
    const rendered = new Map(views.map((view, i) => [view.id, render({ ...view }, sales[i]?.version)]));
    return ids.map((id, i) => rendered.get(id) ?? (answers[i] as ProblemException));
  }
}
