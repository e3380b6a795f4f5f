import { setTimeout as sleep } from 'node:timers/promises';
import { eventStream } from '@doorbuster/contracts';
import { streamCreatedAt } from '@doorbuster/messaging';
import { Transactions } from '@doorbuster/persistence';
import { LOGGER, NATS_CONNECTION, StreamKeeper } from '@doorbuster/service';
import { newTraceparent, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import { findAnnouncedStream, isOutboxFull, saveAnnouncedStream } from '../persistence/announced-stream.js';
import { findProductsAfter } from '../persistence/products.repository.js';
import { productChangedEvent } from './product-events.js';

const STREAM = eventStream('catalog');
const PAGE_PRODUCTS = 100;
const OUTBOX_ROWS_MAX = 20;
const OUTBOX_POLL_MS = 100;
const RETRY_MS = 1_000;

/**
 * States all products anew when the stream of the catalog's events is not the one that has heard of them, because the
 * broker lost its storage: what the other services know of products heals by that. Which stream has heard of them is kept
 * in the database, so a crash between here and there only delays it.
 */
@Injectable()
export class ProductAnnouncer implements OnModuleInit, OnModuleDestroy {
  private readonly closing = new AbortController();
  private work: Promise<void> | undefined;
  private isStale = false;

  constructor(
    @Inject(NATS_CONNECTION) private readonly nc: NatsConnection,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(StreamKeeper) private readonly streams: StreamKeeper,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.streams.onChecked(() => this.check());
  }

  async onModuleDestroy(): Promise<void> {
    this.closing.abort();
    await this.work;
  }

  private check(): void {
    this.isStale = true;
    this.work ??= this.run().finally(() => (this.work = undefined));
  }

  private async run(): Promise<void> {
    while (this.isStale && !this.closing.signal.aborted) {
      this.isStale = false;
      try {
        await this.announceToNewStream();
      } catch (err) {
        if (this.closing.signal.aborted) return;
        this.logger.warn({ err }, 'products not announced yet, will try again');
        this.isStale = true;
        await sleep(RETRY_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
  }

  private async announceToNewStream(): Promise<void> {
    const created = await streamCreatedAt(this.nc, STREAM);
    if (created === undefined || created === (await findAnnouncedStream(this.dataSource.manager))) return;
    const products = await this.announceAll();
    await saveAnnouncedStream(this.dataSource.manager, created);
    if (products > 0) this.logger.info({ products }, 'all products announced to a new stream');
  }

  private async announceAll(): Promise<number> {
    const traceparent = newTraceparent();
    let count = 0;
    for (let last: string | undefined = ''; last !== undefined;) {
      await this.roomInOutbox();
      const after: string = last;
      const page = await this.transactions.run(async (tx) => {
        const products = await findProductsAfter(tx, after, PAGE_PRODUCTS);
        const events = products.map((product) => productChangedEvent(product, traceparent));
        return { result: { count: products.length, last: products.at(-1)?.sku }, events };
      });
      count += page.count;
      last = page.last;
    }
    return count;
  }

  /** @throws when the service is closing */
  private async roomInOutbox(): Promise<void> {
    this.closing.signal.throwIfAborted();
    while (await isOutboxFull(this.dataSource.manager, OUTBOX_ROWS_MAX)) {
      await sleep(OUTBOX_POLL_MS, undefined, { signal: this.closing.signal });
    }
  }
}
