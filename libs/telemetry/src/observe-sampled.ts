import { diag, type BatchObservableResult, type Meter, type Observable } from '@opentelemetry/api';

export interface Sampling<T> {
  meter: Meter;
  gauges: Observable[];
  /** Queries a database or a broker. Its failures are logged once. */
  read: () => Promise<T>;
  observe: (result: BatchObservableResult, sample: T) => void;
  everyMs?: number;
}

/** Minimum time between two queries, for all scrapers together. */
const EVERY_MS = 10_000;
/** Scrapers wait 10 s, and need the other metrics while a database hangs. */
const DEADLINE_MS = 2_000;

/**
 * Gauges whose values need a query. It runs on a scrape, at most every 10 s, and does not delay other metrics. When it
 * fails, the gauges keep their last values.
 *
 * @returns a function that ends the observation
 */
export function observeSampled<T>({
  meter,
  gauges,
  read,
  observe,
  everyMs = EVERY_MS,
}: Sampling<T>): () => void {
  let readAt = -Infinity;
  let sample: Promise<{ value: T } | undefined> = Promise.resolve(undefined);
  let isFailing = false;
  const sampleNow = async (): Promise<{ value: T } | undefined> => {
    try {
      const value = await inTime(read);
      isFailing = false;
      return { value };
    } catch (error) {
      if (!isFailing) diag.warn(`gauges keep their last values for now: ${String(error)}`);
      isFailing = true;
      return undefined;
    }
  };
  const callback = async (result: BatchObservableResult): Promise<void> => {
    const now = performance.now();
    if (now - readAt >= everyMs) {
      readAt = now;
      sample = sampleNow();
    }
    const taken = await sample;
    if (taken) observe(result, taken.value);
  };
  meter.addBatchObservableCallback(callback, gauges);
  return () => meter.removeBatchObservableCallback(callback, gauges);
}

async function inTime<T>(read: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS).unref();
  });
  try {
    return await Promise.race([read(), late]);
  } finally {
    clearTimeout(timer);
  }
}
