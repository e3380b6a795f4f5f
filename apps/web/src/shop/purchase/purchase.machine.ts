import type { ErrorCode, OrderStatus, PlaceOrderBody } from '@doorbuster/contracts';

/** An attempt to buy. It is stored before it is sent, so a reload or another tab goes on with the same key. */
export interface Purchase {
  /** The idempotency key: however often it is sent, there is one order. */
  key: string;
  body: PlaceOrderBody;
  state: PurchaseState;
}

export type WaitReason = 'busy' | 'unreachable' | 'offline' | 'opening';

export type PurchaseState =
  /** The request is on its way. */
  | { name: 'placing'; attempt: number }
  /** It is sent again at `until` (milliseconds since 1970), or when the browser is online again. */
  | { name: 'waiting'; attempt: number; why: WaitReason; until: number }
  /** Too many attempts: the customer decides. The order may exist; the same key finds it. */
  | { name: 'stuck' }
  | { name: 'placed'; orderId: string }
  | { name: 'paid'; orderId: string }
  | { name: 'refused'; code: ErrorCode | 'LOGIN_NEEDED'; detail: string; orderId?: string | undefined };

export type PurchaseEvent =
  | { name: 'accepted'; orderId: string; status: OrderStatus }
  | {
      name: 'refused';
      status: number;
      code: ErrorCode | undefined;
      detail: string | undefined;
      orderId?: string | undefined;
      retryAfterMs: number | undefined;
    }
  | { name: 'unanswered'; isOnline: boolean }
  | { name: 'login-needed' }
  /** The wait is over, the browser is online again, or the customer wants to try again. */
  | { name: 'retried' }
  | { name: 'status-changed'; status: OrderStatus; reason: string | null };

/** With the pauses below about four minutes. */
export const ATTEMPTS_MAX = 20;
const PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 15_000;
/** A sale opens within a second of its start; the customer who clicks first should not wait longer than that. */
const OPENING_MS = 400;
/** While offline, in case the browser does not notice that it is online again. */
const OFFLINE_MS = 15_000;

export interface Surroundings {
  /** Milliseconds since 1970. */
  now: number;
  /** From 0 to 1. */
  random: number;
}

/** The state after an event. An event that does not belong to the state changes nothing: a late answer, for example. */
export function advance(state: PurchaseState, event: PurchaseEvent, around: Surroundings): PurchaseState {
  switch (event.name) {
    case 'accepted':
      return isOpen(state) ? afterStatus(event.orderId, event.status, null) : state;
    case 'refused':
      return isOpen(state) ? afterRefusal(state, event, around) : state;
    case 'unanswered':
      if (!isOpen(state)) return state;
      return event.isOnline
        ? waitOrGiveUp(state, 'unreachable', 0, around)
        : { name: 'waiting', attempt: attemptOf(state), why: 'offline', until: around.now + OFFLINE_MS };
    case 'login-needed':
      return isOpen(state)
        ? { name: 'refused', code: 'LOGIN_NEEDED', detail: 'Log in, then buy again.' }
        : state;
    case 'retried':
      if (state.name === 'stuck') return { name: 'placing', attempt: 1 };
      return state.name === 'waiting' ? { name: 'placing', attempt: nextAttempt(state) } : state;
    case 'status-changed':
      return state.name === 'placed' ? afterStatus(state.orderId, event.status, event.reason) : state;
  }
}

type OpenState = Extract<PurchaseState, { name: 'placing' | 'waiting' | 'stuck' }>;

const isOpen = (state: PurchaseState): state is OpenState =>
  state.name === 'placing' || state.name === 'waiting' || state.name === 'stuck';

const attemptOf = (state: OpenState): number => (state.name === 'stuck' ? ATTEMPTS_MAX : state.attempt);

/** An attempt without a network was none. */
const nextAttempt = (state: Extract<PurchaseState, { name: 'waiting' }>): number =>
  state.why === 'offline' ? state.attempt : state.attempt + 1;

function afterRefusal(
  state: OpenState,
  event: Extract<PurchaseEvent, { name: 'refused' }>,
  around: Surroundings,
): PurchaseState {
  if (event.code === 'SALE_NOT_STARTED') return waitOrGiveUp(state, 'opening', 0, around);
  if (event.status === 429 || event.status >= 500)
    return waitOrGiveUp(state, 'busy', event.retryAfterMs ?? 0, around);
  return {
    name: 'refused',
    code: event.code ?? 'ORDER_REJECTED',
    detail: event.detail ?? 'The shop refused the order. Nothing was charged.',
    orderId: event.orderId,
  };
}

/** Not before `Retry-After`. Longer after each attempt, and spread, so that a crowd does not come back at once. */
function waitOrGiveUp(
  state: OpenState,
  why: WaitReason,
  retryAfterMs: number,
  { now, random }: Surroundings,
): PurchaseState {
  const attempt = attemptOf(state);
  if (attempt >= ATTEMPTS_MAX) return { name: 'stuck' };
  const backoffMs = why === 'opening' ? OPENING_MS : Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** (attempt - 1));
  const ms = Math.max(retryAfterMs, backoffMs) * (1 + random / 2);
  return { name: 'waiting', attempt, why, until: now + Math.round(ms) };
}

function afterStatus(orderId: string, status: OrderStatus, reason: string | null): PurchaseState {
  switch (status) {
    case 'PENDING':
      return { name: 'placed', orderId };
    case 'CONFIRMED':
      return { name: 'paid', orderId };
    case 'CANCELLED':
      return { name: 'refused', code: 'ORDER_CANCELLED', detail: 'The order was cancelled.', orderId };
    case 'REJECTED': {
      const [code = ''] = (reason ?? '').split(':');
      return {
        name: 'refused',
        code: (code || 'ORDER_REJECTED') as ErrorCode,
        detail: reason ?? '',
        orderId,
      };
    }
  }
}
