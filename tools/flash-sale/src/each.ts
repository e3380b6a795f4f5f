/** Does the work for 0, 1, 2, … up to `count`, so many at the same time. */
export async function forEachOf(
  count: number,
  atOnce: number,
  work: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const i = next;
      next += 1;
      await work(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, worker));
}
