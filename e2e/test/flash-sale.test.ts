import { parseOptions, runSale, type SaleReport } from '@doorbuster/flash-sale';
import { expect, it } from 'vitest';

const BUYERS = 300;
const UNITS = 50;
const COUNTS = ['--buyers', String(BUYERS), '--stock', String(UNITS), '--warm-up', '50', '--seed', '4'];

async function sale(...args: string[]): Promise<SaleReport> {
  const options = parseOptions([...COUNTS, ...args]);
  if (options === 'help') throw new Error('no sale was asked for');
  const stop = new AbortController().signal;
  return runSale(options, { stop, say: () => undefined, watch: () => () => undefined });
}

it('300 buyers for 50 units, every fifth card declined: every promise is kept, every buyer accounted for', async () => {
  const report = await sale('--decline', '20', '--insist', '60', '--follow', '30');
  expect(report.verdict.checks.filter(({ result }) => result !== 'KEPT')).toEqual([]);
  expect(report.stock).toMatchObject({ available: 0, reserved: 0, sold: UNITS });
  const { arrived, buyersByOutcome } = report.totals;
  expect(arrived).toBe(BUYERS);
  expect(Object.values(buyersByOutcome).reduce((sum, n) => sum + n, 0)).toBe(BUYERS);
  expect(buyersByOutcome.BOUGHT).toBe(UNITS);
  expect(buyersByOutcome.DECLINED).toBeGreaterThan(0);
  expect(report.stages.filter(({ count }) => count === 0)).toEqual([]);
  expect(report.timeline.reduce((sum, slice) => sum + slice.bought, 0)).toBe(UNITS);
});

it('kill -9 of orders, inventory, PostgreSQL and NATS during the sale: the same verdict', async () => {
  const report = await sale('--chaos', '--rate', '100');
  expect(report.kills.map(({ part }) => part)).toEqual(['orders', 'inventory', 'postgres', 'nats']);
  expect(report.verdict.checks.filter(({ result }) => result !== 'KEPT')).toEqual([]);
  expect(report.stock?.sold).toBe(UNITS);
});
