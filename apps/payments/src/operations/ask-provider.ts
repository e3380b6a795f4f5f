import { faultPoint } from '@doorbuster/fault-points';
import type { OperationResult, ProviderOutcome } from '../domain/decide-results.js';
import { operationOf, type Operation } from '../domain/payment-status.js';
import type { Payment } from '../domain/payment.js';
import type { PaymentProvider } from '../providers/payment-provider.js';

/** The provider's idempotency key: one for each operation on the payment of an order, for ever. */
export const operationKey = (orderId: string, operation: Operation): string => `${orderId}:${operation}`;

/** Asks for what the payment's status says is to be done. Never rejects: an error is an unknown outcome. */
export async function askProvider(
  provider: PaymentProvider,
  payment: Payment,
  operation: Operation,
  deadlineMs: number,
): Promise<OperationResult> {
  const { orderId } = payment;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ProviderTimeoutError(`no answer within ${deadlineMs} ms`));
      controller.abort();
    }, deadlineMs);
  });
  try {
    // The race is for providers that do not heed the signal.
    const outcome = await Promise.race([call(provider, payment, operation, controller.signal), silence]);
    return { orderId, operation, outcome };
  } catch (error) {
    return { orderId, operation, outcome: { kind: 'unknown', error } };
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
      return { kind: 'voided' };
    }
    case 'refund': {
      const answer = await provider.refund({ key, ...held(payment) }, signal);
      if (answer.outcome === 'refused') throw new ProviderRefusalError(operation, answer.reason);
      return { kind: 'refunded' };
    }
  }
}

/** What `payments.charge-twice` does: a charge that no row of ours knows of. */
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
  readonly code = 'PROVIDER_TIMEOUT';
}

/** The provider does not give back what our books say it has: asked again for ever, and somebody must look. */
export class ProviderRefusalError extends Error {
  readonly code = 'PROVIDER_REFUSAL';
  constructor(operation: Operation, reason: string) {
    super(`the provider refuses to ${operation}: ${reason}`);
  }
}

/** The operation that a payment is waiting for. @throws when it waits for none */
export function dueOperation({ status }: Payment): Operation {
  const operation = operationOf(status);
  if (!operation) throw new TypeError(`there is nothing to ask for a payment that is ${status}`);
  return operation;
}
