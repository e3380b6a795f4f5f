import {
  accept,
  refuse,
  type changeSale,
  type createSale,
  type CreateSaleBody,
  type Reply,
  type RequestOf,
  type Sale,
} from '@doorbuster/contracts';
import { audited, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { decideSaleChange } from './domain/change-sale.js';
import { advanceSale } from './domain/sale.state-machine.js';
import { toSale, type SaleRecord } from './domain/sale.js';
import { saleChangedEvent, allocationCommands } from './sale.messages.js';
import { lockProduct } from '../products/products.repository.js';
import {
  databaseNow,
  findSale,
  findSaleByKey,
  insertSale,
  lockSales,
  overlapsAnother,
} from './sales.repository.js';
import { changedSince } from '../products/products.service.js';
import { saveTransitions } from './save-transitions.js';

type ChangeRequest = RequestOf<typeof changeSale>;
type Done = Decided<Sale>;

const answerOnly = (result: Reply<Sale>): Done => ({ result, events: [] });

/** Every change commits together with what it says to others. */
@Injectable()
export class SalesService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  create({ actor, body, idempotencyKey, commitBy }: RequestOf<typeof createSale>): Promise<Reply<Sale>> {
    const action = { actor, action: 'create-sale', target: body.sku, request: body };
    const create = (tx: EntityManager) => createIn(tx, body, idempotencyKey);
    return this.unitOfWork.run(audited(action, create), { commitBy });
  }

  change(request: ChangeRequest): Promise<Reply<Sale>> {
    const { actor, id, changes, commitBy } = request;
    const action = { actor, action: 'change-sale', target: id, request: changes };
    return this.unitOfWork.run(
      audited(action, (tx) => changeIn(tx, request)),
      { commitBy },
    );
  }
}

async function createIn(tx: EntityManager, body: CreateSaleBody, idempotencyKey: string): Promise<Done> {
  // The product's lock makes sales of one SKU wait for each other.
  const product = await lockProduct(tx, body.sku);
  const earlier = await findSaleByKey(tx, idempotencyKey, body);
  if (earlier) {
    const result = earlier.isSame ? accept(toSale(earlier)) : keyReused;
    return { result, events: [], audit: { target: earlier.id, isRepeated: true } };
  }
  if (!product) return answerOnly(refuse('UNKNOWN_SKU', `There is no product ${body.sku}.`));
  if (body.price.currency !== product.price.currency) {
    return answerOnly(refuse('CURRENCY_MISMATCH', `${body.sku} is sold in ${product.price.currency}.`));
  }
  const now = await databaseNow(tx);
  const created = newSale(body, now);
  if (created.endsAt <= now) return answerOnly(refuse('VALIDATION_FAILED', 'endsAt: must be in the future'));
  if (await overlapsAnother(tx, created)) return answerOnly(saleExists(body.sku));
  const step = advanceSale(created, now);
  await insertSale(tx, step.sale, idempotencyKey, body);
  const traceparent = activeTraceparent();
  return {
    result: accept(toSale(step.sale)),
    events: [saleChangedEvent(step.sale, traceparent), ...allocationCommands(step, traceparent)],
    audit: { target: step.sale.id },
  };
}

async function changeIn(tx: EntityManager, { id, changes, ifVersions }: ChangeRequest): Promise<Done> {
  const found = await findSale(tx, id);
  if (found) await lockProduct(tx, found.sku);
  const [before] = found ? await lockSales(tx, [id]) : [];
  if (!before) return answerOnly(saleNotFound(id));
  if (ifVersions && !ifVersions.includes(before.version)) return answerOnly(changedSince(`The sale ${id}`));
  const now = await databaseNow(tx);
  const changed = decideSaleChange(before, changes, now);
  if (!changed.ok) return answerOnly(changed);
  if (await overlapsAnother(tx, changed.value)) return answerOnly(saleExists(before.sku));
  const step = { before, ...advanceSale(changed.value, now), traceparent: activeTraceparent() };
  const { saved, events } = await saveTransitions(tx, [step], now);
  return { result: accept(toSale(saved[0] ?? before)), events, audit: { before: toSale(before) } };
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

export const saleNotFound = (id: string): Reply<never> => refuse('SALE_NOT_FOUND', `There is no sale ${id}.`);

const saleExists = (sku: string): Reply<never> =>
  refuse(
    'SALE_EXISTS',
    `${sku} has another sale at that time. One sale of a SKU ends before the next starts.`,
  );

const keyReused = refuse(
  'IDEMPOTENCY_KEY_REUSED',
  'This Idempotency-Key belongs to a sale with another body.',
);
