import type { Availability } from '@doorbuster/contracts';

const LOOKS = { IN_STOCK: 'text-good', LOW_STOCK: 'text-warn', SOLD_OUT: 'text-quiet' } as const;

/** What is left, in words: colour alone says nothing. */
export function StockLine({ availability }: { availability: Availability | null }) {
  if (availability === null) return <p className="text-sm text-quiet">Stock unknown at the moment</p>;
  const { status, available } = availability;
  const text = { IN_STOCK: 'In stock', LOW_STOCK: `Only ${available} left`, SOLD_OUT: 'Sold out' }[status];
  return (
    <p className={`flex items-center gap-2 text-sm font-semibold ${LOOKS[status]}`}>
      <span
        aria-hidden="true"
        className={`size-2 rounded-full ${status === 'SOLD_OUT' ? 'border border-current' : 'bg-current'}`}
      />
      {text}
    </p>
  );
}
