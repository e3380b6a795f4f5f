import {
  orderRestocked,
  stockCommitRefused,
  stockCommitted,
  stockRefused,
  stockReleased,
  stockReserved,
} from '@doorbuster/contracts';
import { replyTo, type CloudEvent, type OutgoingEvent } from '@doorbuster/messaging';
import type { Answer } from '../domain/stock-commands.js';

/** One reply a command, told to whoever sent it. */
export function replies(
  events: readonly CloudEvent[],
  answers: readonly (Answer | undefined)[],
): OutgoingEvent[] {
  return events.flatMap((event, position) => {
    const answer = answers[position];
    return answer ? [reply(event, answer)] : [];
  });
}

function reply(event: CloudEvent, answer: Answer): OutgoingEvent {
  const { orderId } = answer;
  switch (answer.kind) {
    case 'reserved':
      return replyTo(event, stockReserved, { orderId, expiresAt: answer.expiresAt.toISOString() });
    case 'refused':
      return replyTo(event, stockRefused, { orderId, reason: answer.reason, sku: answer.sku });
    case 'committed':
      return replyTo(event, stockCommitted, { orderId });
    case 'commit-refused':
      return replyTo(event, stockCommitRefused, { orderId, reason: answer.reason, sku: answer.sku });
    case 'released':
      return replyTo(event, stockReleased, { orderId });
    case 'restocked':
      return replyTo(event, orderRestocked, { orderId });
  }
}
