import type { ErrorCode } from '@doorbuster/contracts';

interface ProblemType {
  status: number;
  title: string;
  /** For the `Retry-After` header. */
  retryAfterSeconds?: number;
}

/** HTTP status and title of each error code. */
export const PROBLEM_TYPES: Record<ErrorCode, ProblemType> = {
  BAD_REQUEST: { status: 400, title: 'The request cannot be read' },
  VALIDATION_FAILED: { status: 400, title: 'The request is not valid' },
  MALFORMED_JSON: { status: 400, title: 'The body is not JSON' },
  IDEMPOTENCY_KEY_MISSING: { status: 400, title: 'The Idempotency-Key header is missing' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The Idempotency-Key belongs to another request' },
  UNAUTHENTICATED: { status: 401, title: 'A valid token is needed' },
  FORBIDDEN: { status: 403, title: 'The token does not allow this' },
  NOT_FOUND: { status: 404, title: 'There is nothing here' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not allowed here' },
  PRODUCT_NOT_FOUND: { status: 404, title: 'There is no such product' },
  ORDER_NOT_FOUND: { status: 404, title: 'There is no such order' },
  SAGA_NOT_FOUND: { status: 404, title: 'There is no such saga' },
  SALE_NOT_FOUND: { status: 404, title: 'There is no such sale' },
  DEAD_LETTER_NOT_FOUND: { status: 404, title: 'There is no such dead letter' },
  SKU_EXISTS: { status: 409, title: 'The SKU is taken' },
  UNKNOWN_SKU: { status: 422, title: 'There is no such SKU' },
  UNKNOWN_SALE: { status: 422, title: 'The order names a sale that does not sell this' },
  SALE_EXISTS: { status: 409, title: 'The SKU has a sale at that time' },
  SALE_NOT_STARTED: { status: 409, title: 'The sale has not started' },
  SALE_STARTED: { status: 409, title: 'The sale has started' },
  SALE_ENDED: { status: 409, title: 'The sale has ended' },
  PURCHASE_LIMIT: { status: 409, title: 'The limit per customer is reached' },
  CURRENCY_MISMATCH: { status: 422, title: 'The currencies differ' },
  OUT_OF_STOCK: { status: 409, title: 'Out of stock' },
  INSUFFICIENT_STOCK: { status: 409, title: 'There is less stock than that' },
  STOCK_LIMIT: { status: 422, title: 'More stock than a SKU can have' },
  PAYMENT_DECLINED: { status: 402, title: 'The payment was declined' },
  PAYMENT_TIMEOUT: { status: 402, title: 'The payment could not be made in time' },
  ORDER_REJECTED: { status: 409, title: 'The order was rejected' },
  ORDER_CANCELLED: { status: 409, title: 'The order was cancelled' },
  ORDER_NOT_CANCELLABLE: { status: 409, title: 'The order cannot be cancelled' },
  SAGA_NOT_STALLED: { status: 409, title: 'The saga is not stalled' },
  REPLAY_FAILED: { status: 409, title: 'The replay failed' },
  PRECONDITION_FAILED: { status: 412, title: 'It was changed since the version in If-Match' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The content type must be application/json' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large' },
  TOO_MANY_UNSETTLED_ORDERS: { status: 429, title: 'Too many orders are not settled', retryAfterSeconds: 5 },
  TOO_MANY_STREAMS: { status: 429, title: 'Too many event streams', retryAfterSeconds: 5 },
  TOO_MANY_CONNECTIONS: { status: 429, title: 'Too many connections', retryAfterSeconds: 5 },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  SERVICE_OVERLOADED: { status: 503, title: 'More comes in than can be served', retryAfterSeconds: 1 },
  SERVICE_UNAVAILABLE: {
    status: 503,
    title: 'A part of the platform is not available',
    retryAfterSeconds: 1,
  },
  SERVICE_TIMEOUT: {
    status: 503,
    title: 'A part of the platform did not answer in time',
    retryAfterSeconds: 1,
  },
  INTERNAL_ERROR: { status: 500, title: 'Something went wrong on our side' },
};
