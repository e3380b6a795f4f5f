import { measured } from '../src/testing.js';
import { metrics } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { observeSampled } from '../src/index.js';

const meter = metrics.getMeter('test');
const gaugeOf = (name: string) => meter.createObservableGauge(name);

it('queries on a scrape, and answers the next scrapes from its cache', async () => {
  const gauge = gaugeOf('asked.seldom');
  let asked = 0;
  const end = observeSampled({
    meter,
    gauges: [gauge],
    read: () => Promise.resolve((asked += 1)),
    observe: (result, times) => result.observe(gauge, times, { kind: 'some' }),
  });
  expect(asked).toBe(0);
  await measured('asked.seldom');
  expect(await measured('asked.seldom')).toEqual([{ attributes: { kind: 'some' }, value: 1 }]);
  end();
});

it('queries again when the cache has expired', async () => {
  const gauge = gaugeOf('asked.often');
  let asked = 0;
  const read = () => Promise.resolve((asked += 1));
  const end = observeSampled({
    meter,
    gauges: [gauge],
    read,
    everyMs: 0,
    observe: (result, times) => result.observe(gauge, times),
  });
  await measured('asked.often');
  expect(await measured('asked.often')).toMatchObject([{ value: 2 }]);
  end();
  await measured('asked.often');
  expect(asked).toBe(2);
});

it.each([
  ['rejects', () => Promise.reject(new Error('away'))],
  [
    'throws',
    () => {
      throw new Error('not even asked');
    },
  ],
  ['never answers', () => new Promise<number>(() => undefined)],
])('a query that %s keeps no other metric from being scraped', async (what, read: () => Promise<number>) => {
  const broken = gaugeOf(`broken.${what.replaceAll(' ', '_')}`);
  const well = gaugeOf('well');
  well.addCallback((result) => result.observe(1));
  const observe = (): void => expect.unreachable('there is nothing to observe');
  const end = observeSampled({ meter, gauges: [broken], read, observe });
  expect(await measured('well')).toMatchObject([{ value: 1 }]);
  end();
});
