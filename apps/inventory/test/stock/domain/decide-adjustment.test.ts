import { STOCK_MAX } from '@doorbuster/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { availabilityCrossing } from '../../../src/stock/availability.events.js';
import { decideAdjustment } from '../../../src/stock/domain/decide-adjustment.js';

const levels = { sku: 'TEE', available: 3, reserved: 2, sold: 1, received: 6, isOpen: true };

it('receives into the available level', () => {
  expect(decideAdjustment(levels, 0, 4)).toEqual({
    ok: true,
    value: { ...levels, available: 7, received: 10 },
  });
});

it('writes off available units, and no reserved one', () => {
  expect(decideAdjustment(levels, 0, -3)).toMatchObject({ ok: true, value: { available: 0, received: 3 } });
  expect(decideAdjustment(levels, 0, -4)).toMatchObject({ ok: false, error: { code: 'INSUFFICIENT_STOCK' } });
});

it('refuses more than a SKU may receive, counting the units of its sales', () => {
  const refusal = { ok: false, error: { code: 'STOCK_LIMIT' } };
  expect(decideAdjustment(levels, 0, STOCK_MAX)).toMatchObject(refusal);
  expect(decideAdjustment(levels, STOCK_MAX - levels.received, 1)).toMatchObject(refusal);
  expect(decideAdjustment(levels, STOCK_MAX - levels.received - 1, 1)).toMatchObject({ ok: true });
});

it('writes off units above that limit, which an earlier release received', () => {
  expect(decideAdjustment(levels, 2 * STOCK_MAX, -1)).toMatchObject({ ok: true });
});

it('keeps the sum right or changes nothing', () => {
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

it('there is a crossing only from or to 0 available units', () => {
  expect(availabilityCrossing(1, 0)).toBe('depleted');
  expect(availabilityCrossing(0, 1)).toBe('replenished');
  expect(availabilityCrossing(2, 1)).toBeUndefined();
  expect(availabilityCrossing(0, 0)).toBeUndefined();
});
