import { expect, it } from 'vitest';
import { phaseOf } from '../src/shop/sale/sale-phase.js';

const START = Date.parse('2026-11-27T12:00:00.000Z');
const sale = {
  status: 'SCHEDULED' as const,
  startsAt: '2026-11-27T12:00:00.000Z',
  endsAt: '2026-11-27T13:00:00.000Z',
  unitsLeft: 5,
};

it('a sale opens and ends at its second, even before the page is told', () => {
  expect(phaseOf(sale, START - 1)).toBe('before');
  expect(phaseOf(sale, START)).toBe('open');
  expect(phaseOf({ ...sale, status: 'OPEN' }, START + 3_600_000)).toBe('over');
});

it('the shop may open it a little early, end it early, or call it off', () => {
  expect(phaseOf({ ...sale, status: 'OPEN' }, START - 1)).toBe('open');
  expect(phaseOf({ ...sale, status: 'ENDED' }, START + 1)).toBe('over');
  expect(phaseOf({ ...sale, status: 'REJECTED' }, START + 1)).toBe('called-off');
});

it('all taken is not over: a unit may come back', () => {
  expect(phaseOf({ ...sale, status: 'OPEN', unitsLeft: 0 }, START + 1)).toBe('taken');
  expect(phaseOf({ ...sale, status: 'OPEN', unitsLeft: null }, START + 1)).toBe('open');
});
