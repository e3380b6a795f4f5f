import { setTimeout as sleep } from 'node:timers/promises';
import {
  listPlacedRequests,
  ordersAccepted,
  PLACED_REQUESTS_MAX,
  type PlaceOrderRequest,
} from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ClientNats } from '@nestjs/microservices';
import { listen } from '../rpc/listen.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { LOGGER, NATS_CLIENT } from '../tokens.js';
import { RequestFilter } from './request-filter.js';

/** Who repeats a request after this time finds its order as long as there are units, and is refused otherwise. */
const RETENTION_MS = 24 * 60 * 60 * 1_000;
/** A lost connection is noticed late, and the clocks that made the ids of orders are not ours. */
const GAP_MARGIN_MS = 10 * 60 * 1_000;
const RETRY_PAUSE_MS = 1_000;

type Request = Pick<PlaceOrderRequest, 'customerId' | 'idempotencyKey'>;

/**
 * Knows which requests may have become orders in the last day: those that went through here, those that other replicas
 * had accepted, and those from before this process. While it may have missed one, it takes every request for known.
 */
@Injectable()
export class RequestHistory implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly filter = new RequestFilter(RETENTION_MS, Date.now);
  /** Only those that became orders: what was let in and refused says nothing about the next try. */
  private readonly orders = new RequestFilter(RETENTION_MS, Date.now);
  /** Counts the times that something may have been missed. */
  private gaps = 0;
  private isComplete = false;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(NATS_CLIENT) private readonly client: ClientNats,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await listen(this.client, this.logger, ordersAccepted, ({ data }) =>
      data.requests.forEach(this.accepted),
    );
    let missedFrom = Date.now() - RETENTION_MS;
    this.client.on('disconnect', () => {
      if (this.isComplete) missedFrom = Date.now() - GAP_MARGIN_MS;
      this.isComplete = false;
    });
    this.client.on('reconnect', () => void this.catchUp(missedFrom));
    void this.catchUp(missedFrom);
  }

  beforeApplicationShutdown(): void {
    this.gaps += 1;
  }

  /** It is let in, and may become an order. */
  readonly add = ({ customerId, idempotencyKey }: Request): void =>
    this.filter.add(customerId, idempotencyKey);

  /** It has become an order. */
  readonly accepted = (request: Request): void => {
    this.add(request);
    this.orders.add(request.customerId, request.idempotencyKey);
  };

  /** Whether the request is known to have become an order. False may be wrong while events may have been missed. */
  hasOrder({ customerId, idempotencyKey }: Request): boolean {
    return this.orders.mayHave(customerId, idempotencyKey);
  }

  mayHave({ customerId, idempotencyKey }: Request): boolean {
    return !this.isComplete || this.filter.mayHave(customerId, idempotencyKey);
  }

  /** Reads what was accepted since then. */
  private async catchUp(sinceMs: number): Promise<void> {
    this.gaps += 1;
    const gap = this.gaps;
    let after: string | null = firstIdOf(sinceMs);
    while (after !== null && gap === this.gaps) after = await this.readPage(after);
    if (gap === this.gaps) this.isComplete = true;
  }

  /** @returns the last order of a full page, `null` after the last page; the same again when nobody answers */
  private async readPage(after: string): Promise<string | null> {
    try {
      const { requests, last, hasMore } = await this.rpc.call(listPlacedRequests, { after });
      requests.forEach(this.accepted);
      // What is accepted from now on is heard.
      return (hasMore ?? requests.length === PLACED_REQUESTS_MAX) ? last : null;
    } catch (err) {
      this.logger.debug({ err }, 'the latest requests are not known yet');
      await sleep(RETRY_PAUSE_MS, undefined, { ref: false });
      return after;
    }
  }
}

/** Orders have ids of version 7, which begin with the time: https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
function firstIdOf(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
