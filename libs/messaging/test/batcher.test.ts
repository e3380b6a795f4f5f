import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher, QueueFullError, StaleItemError, type BatcherOptions } from '../src/index.js';

const UNBOUNDED = { batchMax: 1_000, queueMax: 1_000 };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A batcher whose batches are written when the test says so. */
function held(options: BatcherOptions<number> = UNBOUNDED) {
  const batches: number[][] = [];
  const releases: (() => void)[] = [];
  const batcher = new Batcher<number, string>(async (items) => {
    batches.push(items);
    await new Promise<void>((resolve) => releases.push(resolve));
    return items.map(String);
  }, options);
  const release = async (): Promise<void> => {
    releases.shift()?.();
    await turn();
  };
  return { batcher, batches, release };
}

describe('the batcher', () => {
  it('starts with the first item, and makes the next batch of the items that came meanwhile', async () => {
    const { batcher, batches, release } = held();
    void batcher.add(1);
    await turn();
    expect(batches).toEqual([[1]]);
    void batcher.add(2);
    void batcher.add(3);
    await turn();
    expect(batches).toEqual([[1]]);
    await release();
    expect(batches).toEqual([[1], [2, 3]]);
    await release();
    await batcher.idle();
  });

  it('makes one batch of the items of one turn of the event loop', async () => {
    const { batcher, batches, release } = held();
    const answers = Promise.all([batcher.add(1), batcher.add(2)]);
    await turn();
    await release();
    expect(await answers).toEqual(['1', '2']);
    expect(batches).toEqual([[1, 2]]);
  });

  it('gives each item its result, in batches up to the maximum, one at a time and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ item: fc.nat(), pause: fc.boolean() }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        async (items, batchMax) => {
          let atWork = 0;
          const seen: number[] = [];
          const batcher = new Batcher<number, number>(
            async (batch) => {
              expect((atWork += 1)).toBe(1);
              expect(batch.length).toBeLessThanOrEqual(batchMax);
              await turn();
              seen.push(...batch);
              atWork -= 1;
              return batch.map((item) => item * 2);
            },
            { batchMax, queueMax: 1_000 },
          );
          const results: Promise<number>[] = [];
          for (const { item, pause } of items) {
            results.push(batcher.add(item));
            if (pause) await turn();
          }
          expect(await Promise.all(results)).toEqual(items.map(({ item }) => item * 2));
          expect(seen).toEqual(items.map(({ item }) => item));
          await batcher.idle();
          expect(batcher.waiting).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('rejects all items of a failed batch and no others, and continues', async () => {
    const batcher = new Batcher<string, string>(
      async (items) => {
        if (items.includes('bad')) throw new Error('refused');
        return items;
      },
      { batchMax: 2, queueMax: 10 },
    );
    const outcomes = await Promise.allSettled(['a', 'bad', 'b', 'c'].map((item) => batcher.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await batcher.add('d')).toBe('d');
  });

  it('refuses an item at once if its queue is full, and accepts items again when it is not', async () => {
    const { batcher, batches, release } = held({ batchMax: 1, queueMax: 2 });
    void batcher.add(1);
    await turn();
    void batcher.add(2);
    void batcher.add(3);
    await expect(batcher.add(4)).rejects.toThrow(QueueFullError);
    await release();
    void batcher.add(5);
    for (let i = 0; i < 3; i += 1) await release();
    await batcher.idle();
    expect(batches).toEqual([[1], [2], [3], [5]]);
  });

  it('rejects an item that is stale when its turn comes, and does not handle it', async () => {
    const stale = new Set<number>();
    const { batcher, batches, release } = held({ ...UNBOUNDED, isStale: (item) => stale.has(item) });
    void batcher.add(1);
    await turn();
    const outcomes = Promise.allSettled([batcher.add(2), batcher.add(3)]);
    stale.add(1).add(2);
    await release();
    await release();
    expect((await outcomes)[0]).toMatchObject({ reason: expect.any(StaleItemError) });
    expect((await outcomes)[1]).toMatchObject({ value: '3' });
    expect(batches).toEqual([[1], [3]]);
    const alone = batcher.add(2);
    await expect(alone).rejects.toThrow(StaleItemError);
    await batcher.idle();
    expect(batches).toEqual([[1], [3]]);
  });

  it('is idle when no item waits and no batch runs, not before', async () => {
    const { batcher, release } = held();
    await batcher.idle();
    void batcher.add(1);
    let isIdle = false;
    const idle = batcher.idle().then(() => (isIdle = true));
    await turn();
    await turn();
    expect(isIdle).toBe(false);
    await release();
    await idle;
  });
});
