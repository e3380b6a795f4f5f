import type { Order, TimelineEntry } from '@doorbuster/contracts';

export type Mood = 'done' | 'busy' | 'bad';

/** One sentence of what happened to an order, for the customer. */
export interface StoryLine {
  at: string;
  text: string;
  mood: Mood;
}

/** By step and transition. Others are details of the machinery, which the traces have. */
const LINES: Record<string, [string, Mood]> = {
  'reserve-stock SUCCEEDED': ['Your items are set aside', 'done'],
  'reserve-stock REFUSED': ['Not enough was left', 'bad'],
  'authorise-payment SENT': ['Your bank is asked', 'done'],
  'authorise-payment SUCCEEDED': ['Your bank accepted the card', 'done'],
  'authorise-payment REFUSED': ['Your bank declined the card', 'bad'],
  'authorise-payment TIMED_OUT': ['Your bank did not answer', 'bad'],
  'commit-stock SUCCEEDED': ['Your items are packed', 'done'],
  'capture-payment SUCCEEDED': ['Your card is charged', 'done'],
  'release-stock COMPENSATED': ['Your items went back to the shelf', 'done'],
  'release-stock SUCCEEDED': ['Your items went back to the shelf', 'done'],
  'void-payment SUCCEEDED': ['The hold on your card is released', 'done'],
  'void-payment COMPENSATED': ['The hold on your card is released', 'done'],
  'refund-payment SUCCEEDED': ['Your money is on its way back', 'done'],
  'refund-payment COMPENSATED': ['Your money is on its way back', 'done'],
  'restock-order SUCCEEDED': ['Your items went back to the shelf', 'done'],
  'restock-order COMPENSATED': ['Your items went back to the shelf', 'done'],
};

/** What happened so far, oldest first, each once: a step that was sent again is told once. */
export function storyOf(order: Order, entries: readonly TimelineEntry[]): StoryLine[] {
  const lines: StoryLine[] = [{ at: order.createdAt, text: 'You placed the order', mood: 'done' }];
  for (const { at, step, transition } of entries) {
    const [text, mood] = LINES[`${step} ${transition}`] ?? [];
    if (text === undefined || mood === undefined || lines.some((line) => line.text === text)) continue;
    lines.push({ at, text, mood });
  }
  const ending = endingOf(order);
  return ending ? [...lines, ending] : lines;
}

/** What the order waits for, or how it ended. */
function endingOf(order: Order): StoryLine | undefined {
  const at = order.updatedAt;
  if (order.cancelling) return { at, text: 'Your order is being cancelled', mood: 'busy' };
  switch (order.status) {
    case 'PENDING':
      return { at, text: 'One moment…', mood: 'busy' };
    case 'CONFIRMED':
      return undefined;
    case 'REJECTED':
      return { at, text: 'The order was rejected. You paid nothing', mood: 'bad' };
    case 'CANCELLED':
      return { at, text: 'The order is cancelled', mood: 'bad' };
  }
}

export interface StatusText {
  name: string;
  look: 'info' | 'good' | 'bad';
}

export function statusText({ status, cancelling }: Pick<Order, 'status' | 'cancelling'>): StatusText {
  if (cancelling) return { name: 'Being cancelled', look: 'info' };
  const texts: Record<Order['status'], StatusText> = {
    PENDING: { name: 'In progress', look: 'info' },
    CONFIRMED: { name: 'Confirmed', look: 'good' },
    REJECTED: { name: 'Rejected', look: 'bad' },
    CANCELLED: { name: 'Cancelled', look: 'bad' },
  };
  return texts[status];
}

/** Why it was rejected: the code before the colon of `reason`. */
export const reasonCode = (reason: string | null): string => (reason ?? '').split(':', 1)[0] ?? '';
