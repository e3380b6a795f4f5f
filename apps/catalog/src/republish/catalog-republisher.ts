import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingEvent } from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { LOGGER } from '@doorbuster/service';
import { newTraceparent, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { findAnnouncedStream, isOutboxFull, saveAnnouncedStream } from './announced-stream.repository.js';
import { findProductsAfter } from '../products/products.repository.js';
import { findSalesAfter } from '../sales/sales.repository.js';
import { productChangedEvent } from '../products/product.events.js';
import { saleChangedEvent } from '../sales/sale.messages.js';
import { StreamWatcher } from './stream-watcher.js';

const PAGE_ITEMS = 100;
const OUTBOX_ROWS_MAX = 20;
const OUTBOX_POLL_MS = 100;
const RETRY_MS = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Announcements of what comes after a key, and the last key among them. */
type ReadPage = (
  tx: EntityManager,
  after: string,
) => Promise<{ events: OutgoingEvent[]; last: string | undefined }>;

/**
 * States all products and sales anew when the stream of the catalog's events is not the one that has heard of them, because the
 * broker lost its storage: what the other services know of them heals by that. Which stream has heard of them is kept
 * in the database, so a crash between here and there only delays it.
 */
@Injectable()
export class CatalogRepublisher implements OnModuleInit, OnModuleDestroy {
  private readonly closing = new AbortController();
  private work: Promise<void> | undefined;
  private stale: string | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly stream: StreamWatcher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.stream.onSeen((createdAt) => this.check(createdAt));
  }

  async onModuleDestroy(): Promise<void> {
    this.closing.abort();
    await this.work;
  }

  private check(createdAt: string): void {
    this.stale = createdAt;
    this.work ??= this.run().finally(() => (this.work = undefined));
  }

  private async run(): Promise<void> {
    while (this.stale !== undefined && !this.closing.signal.aborted) {
      const createdAt = this.stale;
      this.stale = undefined;
      try {
        await this.announceTo(createdAt);
      } catch (err) {
        if (this.closing.signal.aborted) return;
        this.logger.warn({ err }, 'products and sales not announced yet, will try again');
        this.stale ??= createdAt;
        await sleep(RETRY_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
  }

  private async announceTo(createdAt: string): Promise<void> {
    if (createdAt === (await findAnnouncedStream(this.dataSource.manager))) return;
    const traceparent = newTraceparent();
    const products = await this.announceAll('', (tx, after) => productsAfter(tx, after, traceparent));
    const sales = await this.announceAll(FIRST_ID, (tx, after) => salesAfter(tx, after, traceparent));
    await saveAnnouncedStream(this.dataSource.manager, createdAt);
    if (products > 0) this.logger.info({ products, sales }, 'everything announced to a new stream');
  }

  private async announceAll(first: string, read: ReadPage): Promise<number> {
    let count = 0;
    for (let last: string | undefined = first; last !== undefined;) {
      await this.roomInOutbox();
      const after: string = last;
      last = await this.unitOfWork.run(async (tx) => {
        const { events, last: result } = await read(tx, after);
        count += events.length;
        return { result, events };
      });
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

async function productsAfter(tx: EntityManager, sku: string, traceparent: string): ReturnType<ReadPage> {
  const products = await findProductsAfter(tx, sku, PAGE_ITEMS);
  const events = products.map((product) => productChangedEvent(product, traceparent));
  return { events, last: products.at(-1)?.sku };
}

async function salesAfter(tx: EntityManager, id: string, traceparent: string): ReturnType<ReadPage> {
  const sales = await findSalesAfter(tx, id, PAGE_ITEMS);
  return { events: sales.map((sale) => saleChangedEvent(sale, traceparent)), last: sales.at(-1)?.id };
}
