import { z } from 'zod';
import { MINOR_DIGITS } from './currencies.js';

/** In minor units: 1999 USD is $19.99. The total of the largest order is below {@link AMOUNT_MAX}. */
export const PRICE_AMOUNT_MAX = 100_000_000;
export const AMOUNT_MAX = 1_000_000_000_000;
/** Also of a cart, which becomes one order. */
export const ORDER_LINES_MAX = 50;
export const LINE_QUANTITY_MAX = 100;
/** Maximum units of one SKU, those of its sales included. Every sum of them fits its column. */
export const STOCK_MAX = 1_000_000_000;
/** Maximum of PostgreSQL's `integer`, for quantities in messages and rows of releases that had no smaller bound. */
export const INT_MAX = 2_147_483_647;

export const currencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')
  .meta({ examples: ['USD'] });

/** An amount in messages and replies. It ignores unknown fields, which a newer release may add; bodies have {@link price}. */
export const money = z
  .object({
    amount: z
      .int()
      .min(0)
      .max(AMOUNT_MAX)
      .meta({ description: 'Minor units, e.g. cents', examples: [1_999] }),
    currency: currencyCode,
  })
  .meta({ id: 'Money', description: 'Integer minor units and an ISO 4217 currency code' });
export type Money = z.infer<typeof money>;

/** The price of one unit in a body. Messages have {@link money}: the currency of an older price may no longer be active. */
export const price = z
  .strictObject({
    amount: z
      .int()
      .min(0)
      .max(PRICE_AMOUNT_MAX)
      .meta({
        description: 'Minor units of the currency by ISO 4217: 1999 is 19.99 USD and 1999 JPY',
        examples: [1_999],
      }),
    currency: z
      .enum([...MINOR_DIGITS.keys()], 'must be an active ISO 4217 currency such as USD')
      .meta({ examples: ['USD'] }),
  })
  .meta({ id: 'Price' });

/** PostgreSQL stores neither NUL in text nor half a surrogate pair in jsonb. */
export const text = z
  .string()
  .refine(
    (value) => value.isWellFormed() && !value.includes('\0'),
    'must be well-formed Unicode without NUL',
  );

export const sku = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .meta({ id: 'Sku', examples: ['TSHIRT-BLACK-M'] });

/** A unit price that differs from the one that the customer accepted. */
export const priceChange = z.object({ sku, old: money, new: money }).meta({ id: 'PriceChange' });
export type PriceChange = z.infer<typeof priceChange>;

export const orderId = z
  .uuid()
  .meta({ id: 'OrderId', description: 'UUIDv7', examples: ['01a21ce0-6e00-7c4a-9b1f-3d5e7a902c68'] });

export const saleId = z
  .uuid()
  .meta({ id: 'SaleId', description: 'UUIDv7', examples: ['01a21a4d-2c18-7f03-8e6d-b0c4a1952f37'] });

export const instant = z.iso
  .datetime({ offset: false, abort: true })
  .meta({ id: 'Instant', description: 'RFC 3339, UTC', examples: ['2026-11-27T12:00:00.000Z'] });

export const INSTANT_MIN = '2000-01-01T00:00:00.000Z';
export const INSTANT_MAX = '2100-01-01T00:00:00.000Z';

/** An instant in a request. Events and replies have {@link instant}, because older data may be out of these bounds. */
export const requestInstant = instant
  .refine(
    (value) => Date.parse(value) >= Date.parse(INSTANT_MIN) && Date.parse(value) <= Date.parse(INSTANT_MAX),
    'must be between 2000-01-01 and 2100-01-01',
  )
  .meta({ id: 'RequestInstant', description: 'RFC 3339, UTC, between 2000-01-01 and 2100-01-01' });

/** The nearest instant within the bounds of requests, in milliseconds since 1970. */
export const clampInstant = (value: string): number =>
  Math.min(Math.max(Date.parse(value), Date.parse(INSTANT_MIN)), Date.parse(INSTANT_MAX));

/** A time of a service's database clock, in milliseconds since 1970. */
export const databaseTime = z.number().min(0);

export const customerId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@:|-]{0,127}$/, 'must be 1 to 128 letters, digits or . _ @ : | -')
  .meta({ examples: ['ann'] });

/** Printable ASCII, so that it survives every header parser unchanged. 255 characters, as Stripe allows. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces')
  .meta({ examples: ['5f0c6d1e-8a3b-4c7f-9e21-d4b60a7c3f58'] });

/** W3C trace context, https://www.w3.org/TR/trace-context/#traceparent-header */
export const traceparent = z
  .string()
  .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
  .meta({ examples: ['00-8c1f4b0e6a2d4f7b9e3c5a1d7f2b6e90-3a7d9c1e5b2f4a68-01'] });

/** The id of a trace, as a {@link traceparent} has it. */
export const traceId = z.string().meta({ examples: ['8c1f4b0e6a2d4f7b9e3c5a1d7f2b6e90'] });

/** One page of a list. `nextCursor` is opaque, and `null` on the last page. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .meta({ examples: [null] }),
  });
export type Page<T> = { items: T[]; nextCursor: string | null };

/** `true` or `false`; a query parameter has it as text. */
export const queryBoolean = z.preprocess(
  (value) => (value === 'true' || value === 'false' ? value === 'true' : value),
  z.boolean(),
);

/** A query parameter that may be repeated: `status=PENDING&status=REJECTED`. */
export const repeatable = <T extends z.ZodType>(item: T, max: number) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).min(1).max(max),
  );

export const pageRequest = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, 'must be a cursor that a list gave out')
    .optional(),
};
