import { STOCK_MAX } from '@doorbuster/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { availabilityCrossing } from '../../src/domain/availability-crossing.js';
import { decideAdjustment } from '../../src/domain/decide-adjustment.js';

const levels = { sku: 'TEE', available: 3, reserved: 2, sold: 1, received: 6, isOpen: true };

it('receives into what is available', () => {
  expect(decideAdjustment(levels, 0, 4)).toEqual({
    ok: true,
    value: { ...levels, available: 7, received: 10 },
  });
});

it('writes off what is available, and not a unit that somebody holds', () => {
  expect(decideAdjustment(levels, 0, -3)).toMatchObject({ ok: true, value: { available: 0, received: 3 } });
  expect(decideAdjustment(levels, 0, -4)).toMatchObject({ ok: false, error: { code: 'INSUFFICIENT_STOCK' } });
});

it('refuses more than a SKU may receive, the units of its sales included', () => {
  const refusal = { ok: false, error: { code: 'STOCK_LIMIT' } };
  expect(decideAdjustment(levels, 0, STOCK_MAX)).toMatchObject(refusal);
  expect(decideAdjustment(levels, STOCK_MAX - levels.received, 1)).toMatchObject(refusal);
  expect(decideAdjustment(levels, STOCK_MAX - levels.received - 1, 1)).toMatchObject({ ok: true });
});

it('lets what an earlier release received beyond that be written off', () => {
  expect(decideAdjustment(levels, 2 * STOCK_MAX, -1)).toMatchObject({ ok: true });
});

it('either keeps the sum right or changes nothing', () => {
  const units = fc.nat(STOCK_MAX);
  fc.assert(
    fc.property(
      units,
      fc.nat(9),
      fc.nat(9),
      fc.integer({ min: -STOCK_MAX, max: STOCK_MAX }),
      (available, reserved, sold, delta) => {
        const answer = decideAdjustment(
          { sku: 'TEE', available, reserved, sold, received: available + reserved + sold, isOpen: true },
          0,
          delta,
        );
        if (!answer.ok) return available + delta < 0 || available + reserved + sold + delta > STOCK_MAX;
        const { value } = answer;
        return value.available >= 0 && value.received === value.available + value.reserved + value.sold;
      },
    ),
  );
});

it('tells of a SKU only when it runs out and when it is to be had again', () => {
  expect(availabilityCrossing(1, 0)).toBe('depleted');
  expect(availabilityCrossing(0, 1)).toBe('replenished');
  expect(availabilityCrossing(2, 1)).toBeUndefined();
  expect(availabilityCrossing(0, 0)).toBeUndefined();
});
