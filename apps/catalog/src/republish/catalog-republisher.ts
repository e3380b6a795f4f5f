import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingEvent } from '@doorbuster/messaging';
import { logRetry, UnitOfWork } from '@doorbuster/persistence';
import { LOGGER } from '@doorbuster/service';
import { newTraceparent, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ProductsRepository } from '../products/products.repository.js';
import { SalesRepository } from '../sales/sales.repository.js';
import { productChangedEvent } from '../products/product.events.js';
import { saleChangedEvent } from '../sales/sale.messages.js';
import { AnnouncedStreamRepository } from './announced-stream.repository.js';
import { OUTBOX_ROWS } from './outbox-rows.sql.js';
import { StreamWatcher } from './stream-watcher.js';

const PAGE_ITEMS = 100;
const OUTBOX_ROWS_MAX = 20;
const OUTBOX_POLL_MS = 100;
const RETRY_MS = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Reads the page after a key: its events, and its last key. */
type ReadPage = (
  tx: EntityManager,
  after: string,
) => Promise<{ events: OutgoingEvent[]; last: string | undefined }>;

/**
 * Publishes all products and sales again when catalog's event stream is a new one: the broker lost its storage, and other
 * services may have missed events. The database stores which stream has them all, so after a crash this starts again.
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
    private readonly announcedStream: AnnouncedStreamRepository,
    private readonly products: ProductsRepository,
    private readonly sales: SalesRepository,
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
        await this.republishTo(createdAt);
      } catch (err) {
        if (this.closing.signal.aborted) return;
        logRetry(this.logger, err, 'products and sales not republished yet, will try again');
        this.stale ??= createdAt;
        await sleep(RETRY_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
  }

  private async republishTo(createdAt: string): Promise<void> {
    const { manager } = this.dataSource;
    if (createdAt === (await this.announcedStream.find(manager))) return;
    const traceparent = newTraceparent();
    const products = await this.publishPages('', async (tx, after) => {
      const page = await this.products.list(tx, after, PAGE_ITEMS);
      const events = page.map((product) => productChangedEvent(product, traceparent));
      return { events, last: page.at(-1)?.sku };
    });
    const sales = await this.publishPages(FIRST_ID, async (tx, after) => {
      const page = await this.sales.list(tx, after, PAGE_ITEMS);
      const events = page.map((sale) => saleChangedEvent(sale, traceparent));
      return { events, last: page.at(-1)?.id };
    });
    await this.announcedStream.save(manager, createdAt);
    if (products > 0) this.logger.info({ products, sales }, 'everything republished to a new stream');
  }

  private async publishPages(first: string, read: ReadPage): Promise<number> {
    let count = 0;
    for (let last: string | undefined = first; last !== undefined;) {
      await this.waitForOutbox();
      const after: string = last;
      last = await this.unitOfWork.run(async (tx) => {
        const { events, last: result } = await read(tx, after);
        count += events.length;
        return { result, events };
      });
    }
    return count;
  }

  /** Waits until the broker has most of the earlier pages. @throws when the service is closing */
  private async waitForOutbox(): Promise<void> {
    this.closing.signal.throwIfAborted();
    while ((await this.outboxRows()) >= OUTBOX_ROWS_MAX) {
      await sleep(OUTBOX_POLL_MS, undefined, { signal: this.closing.signal });
    }
  }

  private async outboxRows(): Promise<number> {
    const rows: unknown[] = await this.dataSource.query(OUTBOX_ROWS, [OUTBOX_ROWS_MAX]);
    return rows.length;
  }
}
