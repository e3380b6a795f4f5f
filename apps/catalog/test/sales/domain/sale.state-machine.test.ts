import type { SaleStatus } from '@doorbuster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advanceSale,
  applyChanges,
  applyReply,
  type AllocationReply,
} from '../../../src/sales/domain/sale.state-machine.js';
import type { SaleRecord } from '../../../src/sales/domain/sale.js';

const START = new Date('2026-01-01T12:00:00.000Z');
const END = new Date('2026-01-01T13:00:00.000Z');
const after = (from: Date, ms: number): Date => new Date(from.getTime() + ms);
const before = after(START, -60_000);

const sale = (overrides: Partial<SaleRecord> = {}): SaleRecord => ({
  id: '0198f000-0000-7000-8000-000000000001',
  version: 1,
  sku: 'TEE',
  price: { amount: 500, currency: 'USD' },
  startsAt: START,
  endsAt: END,
  units: 10,
  limitPerCustomer: 2,
  status: 'PREPARING',
  reason: null,
  isReturned: false,
  attempts: 0,
  nextActionAt: null,
  createdAt: before,
  updatedAt: before,
  ...overrides,
});

describe('a sale', () => {
  it('requests its allocation again, with growing pauses, until inventory answers', () => {
    const first = advanceSale(sale(), before);
    expect(first).toMatchObject({
      allocationRequest: 'allocate',
      sale: { nextActionAt: after(before, 2_000) },
    });
    expect(advanceSale(first.sale, after(before, 1_000))).not.toHaveProperty('allocationRequest');
    const second = advanceSale(first.sale, after(before, 2_000));
    expect(second).toMatchObject({
      allocationRequest: 'allocate',
      sale: { nextActionAt: after(before, 6_000) },
    });
    expect(applyReply(second.sale, { kind: 'allocated' }, before).sale).toMatchObject({
      status: 'SCHEDULED',
      nextActionAt: START,
    });
  });

  it('opens at its start, not a millisecond before, and ends at its end', () => {
    const scheduled = sale({ status: 'SCHEDULED', nextActionAt: START });
    expect(advanceSale(scheduled, after(START, -1)).sale.status).toBe('SCHEDULED');
    const { sale: open } = advanceSale(scheduled, START);
    expect(open).toMatchObject({ status: 'OPEN', nextActionAt: END });
    expect(advanceSale(open, after(END, -1)).sale.status).toBe('OPEN');
    expect(advanceSale(open, END)).toMatchObject({ allocationRequest: 'return', sale: { status: 'ENDED' } });
  });

  it('does not open before its allocation, and then at once if its start has passed', () => {
    const late = after(START, 5_000);
    const { sale: preparing } = advanceSale(sale(), late);
    expect(preparing.status).toBe('PREPARING');
    expect(applyReply(preparing, { kind: 'allocated' }, late).sale).toMatchObject({
      status: 'OPEN',
      nextActionAt: END,
    });
  });

  it('is rejected when there are not enough units', () => {
    const { sale: rejected } = applyReply(sale(), { kind: 'refused', reason: 'INSUFFICIENT_STOCK' }, before);
    expect(rejected).toMatchObject({ status: 'REJECTED', reason: 'INSUFFICIENT_STOCK', nextActionAt: null });
    expect(advanceSale(rejected, END)).toEqual({ sale: rejected });
  });

  it('requests the return of its units until inventory confirms it', () => {
    const ended = advanceSale(sale({ status: 'OPEN' }), END).sale;
    expect(advanceSale(ended, after(END, 2_000))).toMatchObject({ allocationRequest: 'return' });
    const { sale: returned } = applyReply(ended, { kind: 'returned' }, END);
    expect(returned).toMatchObject({ isReturned: true, nextActionAt: null });
    expect(advanceSale(returned, after(END, 90_000))).toEqual({ sale: returned });
  });

  it('only goes forward, with any replies at any time', () => {
    const RANK: Record<SaleStatus, number> = { PREPARING: 0, SCHEDULED: 1, OPEN: 2, ENDED: 3, REJECTED: 3 };
    const input = fc.constantFrom<AllocationReply | 'clock'>(
      'clock',
      { kind: 'allocated' },
      { kind: 'refused', reason: 'INSUFFICIENT_STOCK' },
      { kind: 'returned' },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(input, fc.nat(3_600_000)), { maxLength: 12 }), (story) => {
        let [now, current] = [before, sale()];
        return story.every(([what, passedMs]) => {
          now = after(now, passedMs);
          const { sale: next } =
            what === 'clock' ? advanceSale(current, now) : applyReply(current, what, now);
          const isEarly = next.status === 'OPEN' && now < START;
          const isForward = next.status === current.status || RANK[next.status] > RANK[current.status];
          current = next;
          return isForward && !isEarly;
        });
      }),
    );
  });
});

describe('changing a sale', () => {
  it('allows all fields but the units before the start, then only the end and the limit', () => {
    const price = { amount: 400, currency: 'USD' };
    expect(applyChanges(sale({ status: 'SCHEDULED' }), { price }, before)).toMatchObject({
      value: { price },
    });
    const open = sale({ status: 'OPEN' });
    expect(applyChanges(open, { price }, START)).toMatchObject({ error: { code: 'SALE_STARTED' } });
    expect(applyChanges(sale({ status: 'SCHEDULED' }), { price }, START)).toMatchObject({
      error: { code: 'SALE_STARTED' },
    });
    expect(applyChanges(open, { limitPerCustomer: 9 }, START)).toMatchObject({
      value: { limitPerCustomer: 9 },
    });
  });

  it('ends a sale whose new end has passed, and refuses changes of an ended sale', () => {
    const now = after(START, 1_000);
    const changed = applyChanges(sale({ status: 'OPEN' }), { endsAt: START.toISOString() }, now);
    expect(changed).toMatchObject({ ok: true });
    if (changed.ok) expect(advanceSale(changed.value, now).sale.status).toBe('ENDED');
    expect(applyChanges(sale({ status: 'ENDED' }), { limitPerCustomer: 9 }, now)).toMatchObject({
      error: { code: 'SALE_ENDED' },
    });
  });

  it('refuses an end before the start, and another currency', () => {
    const endsAt = after(START, -1).toISOString();
    expect(applyChanges(sale(), { endsAt }, before)).toMatchObject({
      error: { code: 'VALIDATION_FAILED' },
    });
    const price = { amount: 400, currency: 'EUR' };
    expect(applyChanges(sale(), { price }, before)).toMatchObject({
      error: { code: 'CURRENCY_MISMATCH' },
    });
  });
});
