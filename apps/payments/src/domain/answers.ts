import { OPERATIONS, type Operation } from './payment-status.js';
import type { Payment, ReplyContext } from './payment.js';
import { ALREADY_VOIDED, PAYMENT_TIMEOUT } from './reasons.js';

export type Verdict =
  | { kind: 'authorised' | 'captured' | 'voided' | 'refunded' }
  | { kind: 'declined' | 'captureRefused'; reason: string };

export interface Answer {
  orderId: string;
  to: ReplyContext;
  verdict: Verdict;
}

/**
 * What a command is answered, by what is known of the payment: the same command again finds the same answer here.
 * Undefined while the provider has not said it yet.
 */
function verdictOn(command: Operation, payment: Payment): Verdict | undefined {
  switch (command) {
    case 'authorise':
      return authorisation(payment);
    case 'capture':
      return capture(payment);
    case 'void':
      return isGivenBack(payment) ? { kind: 'voided' } : undefined;
    case 'refund':
      return isGivenBack(payment) ? { kind: 'refunded' } : undefined;
  }
}

/** Answers everybody whose answer is known by now. */
export function settle(payment: Payment): { payment: Payment; answers: Answer[] } {
  const answers: Answer[] = [];
  const awaiting: Payment['awaiting'] = {};
  for (const command of OPERATIONS) {
    const to = payment.awaiting[command];
    if (!to) continue;
    const verdict = verdictOn(command, payment);
    if (verdict) answers.push({ orderId: payment.orderId, to, verdict });
    else awaiting[command] = to;
  }
  return { payment: answers.length === 0 ? payment : { ...payment, awaiting }, answers };
}

function authorisation({ status, reason }: Payment): Verdict | undefined {
  switch (status) {
    case 'NEW':
    case 'AUTHORISING':
      return undefined;
    case 'DECLINED':
      return { kind: 'declined', reason: reason ?? ALREADY_VOIDED };
    case 'VOIDING':
    case 'VOIDED':
      return { kind: 'declined', reason: reason === PAYMENT_TIMEOUT ? reason : ALREADY_VOIDED };
    case 'AUTHORISED':
    case 'CAPTURING':
    case 'CAPTURED':
    case 'REFUNDING':
    case 'REFUNDED':
      return { kind: 'authorised' };
  }
}

function capture({ status, reason }: Payment): Verdict | undefined {
  switch (status) {
    case 'NEW':
    case 'AUTHORISING':
    case 'AUTHORISED':
    case 'CAPTURING':
      return undefined;
    case 'DECLINED':
    case 'VOIDING':
    case 'VOIDED':
      return { kind: 'captureRefused', reason: reason ?? ALREADY_VOIDED };
    case 'CAPTURED':
    case 'REFUNDING':
    case 'REFUNDED':
      return { kind: 'captured' };
  }
}

const isGivenBack = ({ status }: Payment): boolean =>
  status === 'DECLINED' || status === 'VOIDED' || status === 'REFUNDED';
