import type { Order } from '@doorbuster/contracts';
import { statusText } from './order-story.js';

const LOOKS = {
  info: 'bg-raised text-ink',
  good: 'bg-good-soft text-good',
  bad: 'bg-accent-soft text-accent-text',
} as const;

export function StatusBadge({ order }: { order: Order }) {
  const { name, look } = statusText(order);
  return <span className={`rounded-full px-3 py-1 text-sm font-semibold ${LOOKS[look]}`}>{name}</span>;
}
