import { faultPoint } from '@doorbuster/fault-points';
import { fail, startSpan } from '@doorbuster/telemetry';
import { metrics, SpanKind, type Span } from '@opentelemetry/api';
import type { OperationResult, ProviderOutcome } from './domain/decide-payments.js';
import type { Operation } from './domain/payment.state-machine.js';
import type { Payment } from './domain/payment.js';
import type { PaymentProvider } from '../providers/payment-provider.js';

/** The result of one call. The caller ends the span at `answeredAt` (ms since 1970) after it has recorded the result. */
export interface ProviderCallResult extends OperationResult {
  span: Span | undefined;
  answeredAt: number;
}

const duration = metrics
  .getMeter('doorbuster.payments')
  .createHistogram('doorbuster.payment.provider.duration', {
    description: 'Time until an answer of the provider, an error or a timeout.',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5] },
  });

/** The idempotency key of the provider. It never changes for an order and an operation. */
export const operationKey = (orderId: string, operation: Operation): string => `${orderId}:${operation}`;

/** Calls the provider for the current operation of a payment. It never rejects: an error is an unknown outcome. */
export async function callProvider(
  provider: PaymentProvider,
  payment: Payment,
  operation: Operation,
  deadlineMs: number,
): Promise<ProviderCallResult> {
  const startedAt = Date.now();
  const start = performance.now();
  const span = startCallSpan(payment, operation, startedAt);
  const outcome = await outcomeOf(provider, payment, operation, deadlineMs);
  const durationMs = performance.now() - start;
  duration.record(durationMs / 1_000, { operation, outcome: outcome.kind });
  span?.setAttribute('doorbuster.payment.outcome', outcome.kind);
  if (span && outcome.kind === 'unknown') fail(span, outcome.error);
  return { orderId: payment.orderId, operation, outcome, span, answeredAt: startedAt + durationMs };
}

/** A span in the trace of the command that awaits this operation, or of another awaiting command. */
function startCallSpan(
  { orderId, attempts, awaiting }: Payment,
  operation: Operation,
  startTime: number,
): Span | undefined {
  const command = awaiting[operation] ?? Object.values(awaiting)[0];
  if (!command) return undefined;
  return startSpan(command.traceparent, `provider ${operation}`, {
    kind: SpanKind.CLIENT,
    startTime,
    attributes: {
      'peer.service': 'payment-provider',
      'doorbuster.order.id': orderId,
      'doorbuster.payment.attempt': attempts,
    },
  });
}

async function outcomeOf(
  provider: PaymentProvider,
  payment: Payment,
  operation: Operation,
  deadlineMs: number,
): Promise<ProviderOutcome> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ProviderTimeoutError(`no answer within ${deadlineMs} ms`));
      controller.abort();
    }, deadlineMs);
  });
  try {
    // The race covers providers that ignore the signal.
    return await Promise.race([call(provider, payment, operation, controller.signal), timeout]);
  } catch (error) {
    return { kind: 'unknown', error };
  } finally {
    clearTimeout(timer);
  }
}

async function call(
  provider: PaymentProvider,
  payment: Payment,
  operation: Operation,
  signal: AbortSignal,
): Promise<ProviderOutcome> {
  const { orderId } = payment;
  const key = operationKey(orderId, operation);
  switch (operation) {
    case 'authorise': {
      const { amount, method } = payment;
      const answer = await provider.authorise(
        { key, amount: required(amount), method: required(method) },
        signal,
      );
      return answer.outcome === 'authorised'
        ? { kind: 'authorised', reference: answer.reference }
        : { kind: 'declined', reason: answer.reason };
    }
    case 'capture': {
      if (faultPoint('payments.charge-twice'))
        await chargeUnrecorded(provider, payment, `${key}:second`, signal);
      const answer = await provider.capture({ key, ...held(payment) }, signal);
      return answer.outcome === 'captured'
        ? { kind: 'captured' }
        : { kind: 'captureRefused', reason: answer.reason };
    }
    case 'void': {
      const authorisationKey = operationKey(orderId, 'authorise');
      const answer = await provider.void({ key, authorisationKey }, signal);
      if (answer.outcome === 'refused') throw new ProviderRefusalError(operation, answer.reason);
      // Without the reference of an authorisation we never asked for a capture, and could not refund it.
      if (answer.outcome === 'captured' && payment.reference === null) {
        throw new ProviderRefusalError(operation, 'an authorisation that payments does not know is captured');
      }
      return { kind: answer.outcome };
    }
    case 'refund': {
      const answer = await provider.refund({ key, ...held(payment) }, signal);
      if (answer.outcome === 'refused') throw new ProviderRefusalError(operation, answer.reason);
      return { kind: 'refunded' };
    }
  }
}

/** The fault `payments.charge-twice`: a charge that the table `payments` does not contain. */
async function chargeUnrecorded(
  provider: PaymentProvider,
  { amount, method }: Payment,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const request = { key, amount: required(amount), method: required(method) };
  const answer = await provider.authorise(request, signal);
  if (answer.outcome === 'authorised') {
    await provider.capture({ key, amount: request.amount, reference: answer.reference }, signal);
  }
}

const held = ({ reference, amount }: Payment) => ({
  reference: required(reference),
  amount: required(amount),
});

function required<T>(value: T | null): T {
  if (value === null) throw new TypeError('the payment has neither amount nor reference for this operation');
  return value;
}

class ProviderTimeoutError extends Error {
  override readonly name = 'ProviderTimeoutError';
  readonly code = 'PROVIDER_TIMEOUT';
}

/** The provider refuses a void or a refund, so its books and ours disagree. The calls continue until an operator acts. */
export class ProviderRefusalError extends Error {
  override readonly name = 'ProviderRefusalError';
  readonly code = 'PROVIDER_REFUSAL';
  constructor(operation: Operation, reason: string) {
    super(`the provider refuses to ${operation}: ${reason}`);
  }
}
