import type { ErrorCode } from '@doorbuster/contracts';

interface ProblemType {
  status: number;
  title: string;
  /** What happened and what the client does now, for the documentation. */
  advice: string;
  /** For the `Retry-After` header. */
  retryAfterSeconds?: number;
}

const LIST_FIRST = 'Take the id from a list; it may also belong to another customer.';
const TRY_AGAIN = 'Try again after `Retry-After`; repeat an order with the same `Idempotency-Key`.';

/** HTTP status, title and documentation of each error code. */
export const PROBLEM_TYPES: Record<ErrorCode, ProblemType> = {
  BAD_REQUEST: { status: 400, title: 'The request cannot be read', advice: 'Send well-formed HTTP.' },
  VALIDATION_FAILED: {
    status: 400,
    title: 'The request is not valid',
    advice: '`errors` lists every invalid field with its path and what it must be.',
  },
  MALFORMED_JSON: { status: 400, title: 'The body is not JSON', advice: 'Send one JSON object in UTF-8.' },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    title: 'The Idempotency-Key header is missing',
    advice: 'Send a new key with each new request, and the same one to repeat a request.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    advice: 'Send a new key with a new body; a repeated request has the same body.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'A valid token is needed',
    advice: 'Send `Authorization: Bearer` with a token that has not expired.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'The token does not allow this',
    advice: 'Use a token with the role that the detail names.',
  },
  NOT_FOUND: { status: 404, title: 'There is nothing here', advice: '`GET /openapi.json` lists all paths.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'The method is not allowed here',
    advice: 'The `Allow` header lists the methods of this path.',
  },
  PRODUCT_NOT_FOUND: {
    status: 404,
    title: 'There is no such product',
    advice: 'Take a SKU from `GET /v1/products`.',
  },
  ORDER_NOT_FOUND: { status: 404, title: 'There is no such order', advice: LIST_FIRST },
  SAGA_NOT_FOUND: {
    status: 404,
    title: 'There is no such saga',
    advice: 'Take an id from `GET /v1/sagas`.',
  },
  SALE_NOT_FOUND: {
    status: 404,
    title: 'There is no such sale',
    advice: 'Take an id from `GET /v1/sales`.',
  },
  ACCOUNT_NOT_FOUND: {
    status: 404,
    title: 'There is no such account',
    advice: 'Take an id from `GET /v1/accounts`. It may have been deleted.',
  },
  DEAD_LETTER_NOT_FOUND: {
    status: 404,
    title: 'There is no such dead letter',
    advice: 'Take an id from `GET /v1/dead-letters`.',
  },
  IMAGE_NOT_FOUND: {
    status: 404,
    title: 'There is no such image',
    advice: 'Take its address and id from `images` of the product.',
  },
  SKU_EXISTS: { status: 409, title: 'The SKU is taken', advice: 'Change that product, or take another SKU.' },
  UNKNOWN_SKU: {
    status: 422,
    title: 'There is no such SKU',
    advice: 'The detail names it; take SKUs from `GET /v1/products`.',
  },
  UNKNOWN_SALE: {
    status: 422,
    title: 'The order names a sale that does not sell this',
    advice: 'Take the `saleId` from `GET /v1/sales?sku=`.',
  },
  SALE_EXISTS: {
    status: 409,
    title: 'The SKU has a sale at that time',
    advice: 'One sale of a SKU ends before the next starts: choose other times.',
  },
  SALE_NOT_STARTED: {
    status: 409,
    title: 'The sale has not started',
    advice: 'No order was made; try again when the sale has started.',
  },
  SALE_STARTED: {
    status: 409,
    title: 'The sale has started',
    advice: 'Its price and start stay as they are; its end and limit can be changed.',
  },
  SALE_ENDED: {
    status: 409,
    title: 'The sale has ended',
    advice: 'Buy without the `saleId`, at the ordinary price.',
  },
  PURCHASE_LIMIT: {
    status: 409,
    title: 'The limit per customer is reached',
    advice: 'The detail has the limit, and how many this customer has bought.',
  },
  CURRENCY_MISMATCH: {
    status: 422,
    title: 'The currencies differ',
    advice: 'An order has one currency, and a sale that of its product.',
  },
  CART_CHANGED: {
    status: 409,
    title: 'The cart was changed since that version',
    advice: 'Read the cart, then send the change with its `version`.',
  },
  CART_EMPTY: {
    status: 422,
    title: 'There is nothing to buy in the cart',
    advice: 'Put something in, or wait for the checkout that buys it.',
  },
  CART_FULL: {
    status: 422,
    title: 'The cart would have too many products',
    advice: 'A cart has at most 50. Remove some first.',
  },
  PRICE_CHANGED: {
    status: 409,
    title: 'A price is not the one that was accepted',
    advice:
      'Nothing was ordered. Show `changes`, then check out with the new prices in `acceptedPrices`, and with a new `Idempotency-Key`.',
  },
  OUT_OF_STOCK: {
    status: 409,
    title: 'Out of stock',
    advice: 'Nothing was reserved or charged. Units of unpaid orders may come back.',
  },
  INSUFFICIENT_STOCK: {
    status: 409,
    title: 'There is less stock than that',
    advice: 'Write off at most what is available.',
  },
  STOCK_LIMIT: {
    status: 422,
    title: 'More stock than a SKU can have',
    advice: 'A SKU receives at most 1,000,000,000 units in all.',
  },
  INVALID_IMAGE: {
    status: 422,
    title: 'The image cannot be used',
    advice: 'Send a PNG, JPEG or WebP of at most 25 megapixels; the detail says what is wrong with this one.',
  },
  IMAGE_LIMIT: {
    status: 409,
    title: 'The product has as many images as it can have',
    advice: 'Delete one of its 10 images first.',
  },
  PAYMENT_DECLINED: {
    status: 402,
    title: 'The payment was declined',
    advice:
      'Nothing was charged, and the stock is released. Order again with another payment method and a new key.',
  },
  PAYMENT_TIMEOUT: {
    status: 402,
    title: 'The payment could not be made in time',
    advice: 'The payment is voided, and the stock is released. Order again with a new key.',
  },
  ORDER_REJECTED: {
    status: 409,
    title: 'The order was rejected',
    advice: 'The detail has the reason. Nothing was charged.',
  },
  ORDER_CANCELLED: {
    status: 409,
    title: 'The order was cancelled',
    advice: 'Place another with a new key.',
  },
  ORDER_NOT_CANCELLABLE: {
    status: 409,
    title: 'The order cannot be cancelled',
    advice: 'Only a confirmed order can be cancelled.',
  },
  SAGA_NOT_STALLED: {
    status: 409,
    title: 'The saga is not stalled',
    advice: 'It goes on by itself; only a `STALLED` saga can be retried.',
  },
  REPLAY_FAILED: {
    status: 409,
    title: 'The replay failed',
    advice: 'The event stays a dead letter; the detail has the error.',
  },
  DEAD_LETTER_REPLAYED: {
    status: 409,
    title: 'The dead letter was replayed',
    advice: 'Its event was handled, so there is nothing to dismiss.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    title: 'It was changed since the version in If-Match',
    advice: 'Read it again, then send the change with the new `ETag`.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'The content type is not accepted here',
    advice:
      'Send `Content-Type: application/json`, in UTF-8; an image with `image/png`, `image/jpeg` or `image/webp`.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'The body is too large',
    advice: 'Send at most 64 KiB; an image may have 8 MiB.',
  },
  TOO_MANY_UNSETTLED_ORDERS: {
    status: 429,
    title: 'Too many orders are not settled',
    advice: 'Wait until some are confirmed or rejected, then repeat with the same `Idempotency-Key`.',
    retryAfterSeconds: 5,
  },
  TOO_MANY_STREAMS: {
    status: 429,
    title: 'Too many event streams',
    advice: 'Close some, or read the order instead.',
    retryAfterSeconds: 5,
  },
  TOO_MANY_CONNECTIONS: {
    status: 429,
    title: 'Too many connections',
    advice: 'Close some connections of this address.',
    retryAfterSeconds: 5,
  },
  RATE_LIMITED: { status: 429, title: 'Too many requests', advice: 'Try again after `Retry-After`.' },
  SERVICE_OVERLOADED: {
    status: 503,
    title: 'More comes in than can be served',
    advice: TRY_AGAIN,
    retryAfterSeconds: 1,
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    title: 'A part of the platform is not available',
    advice: TRY_AGAIN,
    retryAfterSeconds: 1,
  },
  SERVICE_TIMEOUT: {
    status: 503,
    title: 'A part of the platform did not answer in time',
    advice: 'The detail says whether the change was made. Repeat it with the same `Idempotency-Key`.',
    retryAfterSeconds: 1,
  },
  INTERNAL_ERROR: {
    status: 500,
    title: 'Something went wrong on our side',
    advice: 'Quote the `traceId` when you ask.',
  },
};
