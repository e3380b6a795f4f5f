import { expect, it } from 'vitest';
import { parseOptions, type SaleOptions } from '../src/options.js';
import { Recorder } from '../src/record/recorder.js';
import { chartsOf } from '../src/report/charts.js';
import { viewLines } from '../src/report/live-view.js';
import { page } from '../src/report/page.js';
import { reportData, type SaleReport } from '../src/report/report-data.js';
import { summary } from '../src/report/summary.js';
import { judge } from '../src/verdict/verdict.js';
import type { Evidence } from '../src/verdict/rule.js';
import { buyerOf, goodSale, orderOf } from './fixtures.js';

function reportOf(evidence: Evidence = goodSale()): SaleReport {
  const options = parseOptions(['--stock', '2', '--buyers', '4', '--seed', '9', '--admin-token', 'secret']);
  const recorder = new Recorder(2);
  for (const [i, { outcome }] of evidence.buyers.entries()) {
    recorder.note(i * 300, { kind: 'ARRIVED' });
    recorder.note(i * 300 + 100, { kind: 'ACCEPTED', tookMs: undefined });
    recorder.note(i * 300 + 200, { kind: 'SETTLED', outcome, tookMs: 200 });
    recorder.note(i * 300 + 200, { kind: 'LEFT', outcome, tookMs: 200 });
  }
  recorder.timeline.seal();
  const clock = { now: () => 2_000, pause: async () => undefined, isStopped: false };
  const samples = [{ atMs: 500, available: 1, reserved: 1, sold: 0, sagas: 1 }];
  const kills = [{ part: 'postgres', atMs: 700 }];
  const { openedAt, buyers, audit } = evidence;
  return reportData({
    options: options as SaleOptions,
    sale: { recorder, clock, samples, kills, openedAt, buyers: [...buyers] },
    audit,
    verdict: judge(evidence),
    clientLoad: { cpuPercent: 12, lagP99Ms: 3, lagMaxMs: 9 },
  });
}

it('has the figures of the sale, and no token', () => {
  const report = reportOf();
  expect(report).toMatchObject({
    headline: '2 of 2 sold. Not one over, not one under.',
    totals: { arrived: 4, accepted: { total: 4 }, buyersByOutcome: { BOUGHT: 2, DECLINED: 1, SOLD_OUT: 1 } },
    soldOutAtMs: 800,
    finalAtMs: 1_100,
  });
  expect(JSON.stringify(report)).not.toContain('secret');
});

it('names a broken promise in the headline', () => {
  const sale = goodSale();
  sale.audit.levels = { sku: 'RUNNER', available: -1, reserved: 0, sold: 3, received: 2, setAside: 0 };
  expect(reportOf(sale).headline).toBe('3 of 2 sold. A promise is broken.');
  expect(summary(reportOf(sale))).toContain('✗ Not one over');
});

it('counts each accepted order in one end, and the ends add up', () => {
  const sale = goodSale();
  sale.audit.orders = [
    ...sale.audit.orders,
    orderOf({ buyer: 5, status: 'REJECTED', reason: 'PURCHASE_LIMIT' }),
    orderOf({ buyer: 6, status: 'REJECTED', reason: 'PAYMENT_TIMEOUT' }),
    orderOf({ buyer: 7, status: 'CANCELLED', reason: 'RESERVATION_EXPIRED' }),
    orderOf({ buyer: 8, status: 'PENDING' }),
  ];
  // Buyer 9 was refused without an order; those of orders 5 to 8 were never told of them.
  sale.buyers = [...sale.buyers, buyerOf(9, 'SOLD_OUT', { orders: [] })];
  const { accepted } = reportOf(sale).totals;
  expect(accepted).toEqual({
    total: 8,
    byEnd: { BOUGHT: 2, DECLINED: 1, SOLD_OUT: 1, LIMITED: 1, REJECTED: 2, UNFINISHED: 1 },
    unknownToBuyers: 4,
    refusedWithoutOrder: 1,
  });
  expect(Object.values(accepted.byEnd).reduce((sum, n) => sum + n, 0)).toBe(sale.audit.orders.length);
  const html = page(reportOf(sale));
  expect(html).toMatch(/all accepted<\/th><td>8</);
  expect(html).toMatch(/all who came<\/th><td>5</);
  expect(html).toContain('2 bought + 1 card declined + 1 sold out before its turn');
});

it('counts the orders that buyers know of when the platform could not be asked', () => {
  const { accepted } = reportOf({ ...goodSale(), audit: undefined }).totals;
  expect(accepted).toMatchObject({ total: 4, byEnd: { BOUGHT: 2, DECLINED: 1, SOLD_OUT: 1 } });
});

it('has a title and a unit on every axis, and no pages or refusals beside orders and checkouts', () => {
  const charts = chartsOf(reportOf());
  for (const { axis, unit } of charts) expect([axis, unit]).not.toContain('');
  const labels = (title: string) =>
    charts.find((chart) => chart.title === title)?.series.map(({ label }) => label);
  expect(labels('Orders')).toEqual(['accepted', 'bought', 'declined']);
  expect(labels('Pages and refusals')).toEqual(['pages', 'told sold out', 'tried again']);
});

it('is one page that loads nothing and escapes text', () => {
  const sale = goodSale();
  sale.buyers = [...sale.buyers, buyerOf(5, 'REFUSED', { reason: '</script><b>418' })];
  const html = page(reportOf(sale));
  expect(html).not.toMatch(/<(script|link|img)[^>]*(src|href)=/i);
  expect(html).not.toContain('<b>418');
  expect(html.match(/<\/script>/g)).toHaveLength(3);
});

it('draws every series over the whole sale; the series of buyers add up to all arrivals', () => {
  const charts = chartsOf(reportOf());
  for (const { x, series } of charts) for (const { values } of series) expect(values).toHaveLength(x.length);
  const buyers = charts.find(({ title }) => title === 'Where the buyers are');
  const last = buyers?.series.map(({ values }) => values.at(-1) ?? 0);
  expect(last).toEqual([2, 1, 1, 0, 0]);
});

it('shows a stock bar of constant width', () => {
  for (const sold of [0, 1, 7, 500, 999, 1_000]) {
    const samples = [{ atMs: 1, available: 1_000 - sold, reserved: 0, sold, sagas: null }];
    const clock = { now: () => 1, pause: async () => undefined, isStopped: false };
    const lines = viewLines({ recorder: new Recorder(1_000), clock, samples, kills: [] }, 1_000);
    expect(/[█▒░]+/.exec(lines[2] ?? '')?.[0]).toHaveLength(40);
  }
});
