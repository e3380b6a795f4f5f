import type { OrderEvent, OrderStatus } from '@doorbuster/contracts';
import { asCustomer, ApiError, LoginNeededError } from './client.js';
import { pause } from './pause.js';

/** An open stream is renewed after this. */
const STREAM_MS = 10 * 60_000;
const PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 15_000;
/** Failures in a row, about ten minutes, after which the page asks the customer to reload. */
const FAILURES_MAX = 45;

/** The gateway did not answer for ten minutes. */
class FollowingEndedError extends Error {
  override readonly name = 'FollowingEndedError';
}

/**
 * The status of an order now, and each change, until `isLast`. It connects again after a broken connection; where the
 * gateway has no stream left, it reads the order instead.
 *
 * @throws {LoginNeededError | FollowingEndedError | ApiError}
 */
export async function* followOrder(
  orderId: string,
  isLast: (status: OrderStatus) => boolean,
  signal: AbortSignal,
): AsyncGenerator<OrderEvent> {
  for (let failures = 0; failures < FAILURES_MAX; failures += 1) {
    let retryAfterMs = 0;
    try {
      const events = await asCustomer(async (client) =>
        client.orderEvents(orderId, { signal, timeoutMs: STREAM_MS }),
      );
      for await (const event of events) {
        failures = 0;
        yield event;
        if (isLast(event.status)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error)) throw error;
      retryAfterMs = (error instanceof ApiError && error.retryAfterMs) || 0;
      const order = await asCustomer((client) => client.getOrder(orderId, { signal })).catch(() => undefined);
      if (order) {
        failures = 0;
        yield { orderId, status: order.status, reason: order.reason, at: order.updatedAt };
        if (isLast(order.status)) return;
      }
    }
    const backoff = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** failures);
    await pause(Math.max(retryAfterMs, backoff) * (1 + Math.random() / 2), signal);
    if (signal.aborted) return;
  }
  throw new FollowingEndedError();
}

const isFinal = (error: unknown): boolean =>
  error instanceof LoginNeededError ||
  (error instanceof ApiError && error.status < 500 && error.status !== 429);
