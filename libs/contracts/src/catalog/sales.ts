import { z } from 'zod';
import { changeTerms, ifVersions } from '../actor.js';
import { event } from '../message.js';
import { change, rpc } from '../rpc.js';
import {
  INT_MAX,
  STOCK_MAX,
  idempotencyKey,
  instant,
  money,
  page,
  pageRequest,
  price,
  requestInstant,
  saleId,
  sku,
} from '../values.js';

/**
 * `PREPARING`: inventory allocates the units. `REJECTED`: there were not enough. `SCHEDULED`: waits for its start. An
 * `ENDED` sale may never have been `OPEN`.
 */
export const SALE_STATUSES = ['PREPARING', 'SCHEDULED', 'OPEN', 'ENDED', 'REJECTED'] as const;
export const saleStatus = z.enum(SALE_STATUSES).meta({ id: 'SaleStatus', examples: ['OPEN'] });
export type SaleStatus = z.infer<typeof saleStatus>;

const units = z
  .int()
  .min(1)
  .max(STOCK_MAX)
  .meta({ description: 'Set aside from ordinary stock', examples: [100] });
const limitPerCustomer = z
  .int()
  .min(1)
  .max(STOCK_MAX)
  .meta({ description: 'Units that one customer may buy in the sale, all orders together', examples: [2] });

/** In events and replies, wider than in requests: older sales may exceed the bounds of requests. */
const terms = {
  price: money.meta({ examples: [{ amount: 999, currency: 'USD' }] }),
  startsAt: instant,
  endsAt: instant.meta({ examples: ['2026-11-27T13:00:00.000Z'] }),
  units: z
    .int()
    .min(1)
    .max(INT_MAX)
    .meta({ examples: [100] }),
  limitPerCustomer: z
    .int()
    .min(1)
    .max(INT_MAX)
    .meta({ examples: [2] }),
};

export const sale = z
  .object({
    id: saleId,
    sku,
    ...terms,
    status: saleStatus,
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it was rejected', examples: [null] }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'CatalogSale' });
export type Sale = z.infer<typeof sale>;

export const createSaleBody = z
  .strictObject({ sku, price, startsAt: requestInstant, endsAt: requestInstant, units, limitPerCustomer })
  .refine(({ startsAt, endsAt }) => Date.parse(startsAt) < Date.parse(endsAt), {
    path: ['endsAt'],
    message: 'must be later than startsAt',
  })
  .meta({ id: 'CreateSale' });
export type CreateSaleBody = z.infer<typeof createSaleBody>;

export const changeSaleBody = z
  .strictObject({ price, startsAt: requestInstant, endsAt: requestInstant, limitPerCustomer })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'name at least one field to change')
  .meta({ id: 'ChangeSale' });
export type ChangeSaleBody = z.infer<typeof changeSaleBody>;

export const saleFilter = z.strictObject({
  status: saleStatus.optional(),
  sku: sku.optional(),
  ...pageRequest,
});
export type SaleFilter = z.infer<typeof saleFilter>;

/** With `version`, the number of changes. Older releases do not send it. */
const versionedSale = sale.extend({ version: z.int().min(1).optional() });
export type VersionedSale = z.infer<typeof versionedSale>;

export const createSale = change(
  'catalog',
  'create-sale',
  'admin',
  z.object({
    ...changeTerms,
    body: createSaleBody.strip().safeExtend({ price: price.strip() }),
    idempotencyKey,
  }),
  versionedSale,
);
export const changeSale = change(
  'catalog',
  'change-sale',
  'admin',
  z.object({
    ...changeTerms,
    id: saleId,
    ifVersions,
    changes: changeSaleBody.strip().safeExtend({ price: price.strip().optional() }),
  }),
  versionedSale,
);
export const getSale = rpc('catalog', 'get-sale', z.object({ id: saleId }), versionedSale);
/** Newest first. */
export const listSales = rpc('catalog', 'list-sales', saleFilter.strip(), page(versionedSale));

/** The whole sale after the change. Consumers keep the highest `version` and may skip the others. */
export const saleChanged = event(
  'catalog',
  'sale-changed',
  z.object({ id: saleId, version: z.int().min(1), sku, ...terms, status: saleStatus }),
);
export type SaleState = z.infer<typeof saleChanged.schema>;
