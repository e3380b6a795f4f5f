import { isDeepStrictEqual } from 'node:util';
import {
  accept,
  refuse,
  type changeSale,
  type createSale,
  type CreateSaleBody,
  type Page,
  type Reply,
  type RequestOf,
  type Sale,
  type SaleFilter,
} from '@doorbuster/contracts';
import type { OutgoingEvent } from '@doorbuster/messaging';
import { audited, UnitOfWork, uuidCursorRefusal, type Decided } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { preconditionRefusal } from '../precondition.js';
import { ProductsRepository } from '../products/products.repository.js';
import { toSale, toSaleState, type SaleRecord } from './domain/sale.js';
import { advanceSale, applyChanges, type SaleDecision } from './domain/sale.state-machine.js';
import { allocationCommands, saleChangedEvent } from './sale.messages.js';
import { SalesRepository } from './sales.repository.js';

type CreateRequest = RequestOf<typeof createSale>;
type ChangeRequest = RequestOf<typeof changeSale>;

/** A decision about a stored sale. */
export interface SaleTransition extends SaleDecision {
  before: SaleRecord;
  traceparent: string;
}

/** Each change commits in one transaction with its messages and its audit entry. */
@Injectable()
export class SalesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly sales: SalesRepository,
    private readonly products: ProductsRepository,
  ) {}

  create(request: CreateRequest): Promise<Reply<Sale>> {
    const { actor, body, commitBy } = request;
    const action = { actor, action: 'create-sale', target: body.sku, request: body };
    const create = (tx: EntityManager): Promise<Decided<Sale>> => this.createIn(tx, request);
    return this.unitOfWork.run(audited(action, create), { commitBy });
  }

  change(request: ChangeRequest): Promise<Reply<Sale>> {
    const { actor, id, changes, commitBy } = request;
    const action = { actor, action: 'change-sale', target: id, request: changes };
    const change = (tx: EntityManager): Promise<Decided<Sale>> => this.changeIn(tx, request);
    return this.unitOfWork.run(audited(action, change), { commitBy });
  }

  async get(id: string): Promise<Reply<Sale>> {
    const sale = await this.sales.find(this.dataSource.manager, id);
    return sale ? accept(toSale(sale)) : notFound(id);
  }

  async list(filter: SaleFilter): Promise<Reply<Page<Sale>>> {
    const refusal = uuidCursorRefusal(filter.cursor);
    if (refusal) return refusal;
    const { items, nextCursor } = await this.sales.page(this.dataSource.manager, filter);
    return accept({ items: items.map(toSale), nextCursor });
  }

  /** Saves all sales that changed, and gives the messages to send: an event only for a change that others can see. */
  async saveTransitions(
    tx: EntityManager,
    transitions: readonly SaleTransition[],
    now: Date,
  ): Promise<{ saved: SaleRecord[]; events: OutgoingEvent[] }> {
    const changed = transitions
      .filter(({ before, sale }) => !isDeepStrictEqual(before, sale))
      .map(({ before, sale, ...rest }) => {
        const isVisible = !isDeepStrictEqual(toSaleState(before), toSaleState(sale));
        const after = isVisible ? { ...sale, version: sale.version + 1, updatedAt: now } : sale;
        return { ...rest, sale: after, isVisible };
      });
    const saved = changed.map(({ sale }) => sale);
    if (saved.length > 0) await this.sales.update(tx, saved);
    const events = changed.flatMap(({ isVisible, traceparent, ...decision }) => [
      ...(isVisible ? [saleChangedEvent(decision.sale, traceparent)] : []),
      ...allocationCommands(decision, traceparent),
    ]);
    return { saved, events };
  }

  private async createIn(tx: EntityManager, { body, idempotencyKey }: CreateRequest): Promise<Decided<Sale>> {
    // The product's lock serialises the sales of one SKU.
    const product = await this.products.lock(tx, body.sku);
    const earlier = await this.sales.findByKey(tx, idempotencyKey);
    if (earlier) {
      const result = isDeepStrictEqual(earlier.request, body) ? accept(toSale(earlier)) : KEY_REUSED;
      return { result, events: [], audit: { target: earlier.id, isRepeated: true } };
    }
    if (!product) return refused(refuse('UNKNOWN_SKU', `There is no product ${body.sku}.`));
    if (body.price.currency !== product.price.currency) {
      return refused(refuse('CURRENCY_MISMATCH', `${body.sku} is sold in ${product.price.currency}.`));
    }
    const now = await this.sales.transactionTime(tx);
    const created = newSale(body, now);
    if (created.endsAt <= now) return refused(refuse('VALIDATION_FAILED', 'endsAt: must be in the future'));
    if (await this.sales.overlapsAnother(tx, created)) return refused(saleExists(body.sku));
    const decision = advanceSale(created, now);
    await this.sales.insert(tx, decision.sale, idempotencyKey, body);
    const traceparent = activeTraceparent();
    return {
      result: accept(toSale(decision.sale)),
      events: [saleChangedEvent(decision.sale, traceparent), ...allocationCommands(decision, traceparent)],
      audit: { target: decision.sale.id },
    };
  }

  private async changeIn(
    tx: EntityManager,
    { id, changes, ifVersions }: ChangeRequest,
  ): Promise<Decided<Sale>> {
    const found = await this.sales.find(tx, id);
    if (found) await this.products.lock(tx, found.sku);
    const [before] = found ? await this.sales.lock(tx, [id]) : [];
    if (!before) return refused(notFound(id));
    const refusal = preconditionRefusal(`The sale ${id}`, before.version, ifVersions);
    if (refusal) return refused(refusal);
    const now = await this.sales.transactionTime(tx);
    const changed = applyChanges(before, changes, now);
    if (!changed.ok) return refused(changed);
    if (await this.sales.overlapsAnother(tx, changed.value)) return refused(saleExists(before.sku));
    const transition = { before, ...advanceSale(changed.value, now), traceparent: activeTraceparent() };
    const { saved, events } = await this.saveTransitions(tx, [transition], now);
    return { result: accept(toSale(saved[0] ?? before)), events, audit: { before: toSale(before) } };
  }
}

const newSale = (body: CreateSaleBody, now: Date): SaleRecord => ({
  id: uuidv7(),
  version: 1,
  sku: body.sku,
  price: body.price,
  startsAt: new Date(body.startsAt),
  endsAt: new Date(body.endsAt),
  units: body.units,
  limitPerCustomer: body.limitPerCustomer,
  status: 'PREPARING',
  reason: null,
  isReturned: false,
  attempts: 0,
  nextActionAt: null,
  createdAt: now,
  updatedAt: now,
});

const refused = (result: Reply<Sale>): Decided<Sale> => ({ result, events: [] });

const notFound = (id: string): Reply<never> => refuse('SALE_NOT_FOUND', `There is no sale ${id}.`);

const saleExists = (sku: string): Reply<never> =>
  refuse(
    'SALE_EXISTS',
    `${sku} has another sale at that time. One sale of a SKU ends before the next starts.`,
  );

const KEY_REUSED = refuse(
  'IDEMPOTENCY_KEY_REUSED',
  'This Idempotency-Key belongs to a sale with another body.',
);
