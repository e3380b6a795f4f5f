import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SaleOptions } from './options.js';
import { reportData, type ClientLoad, type SaleReport } from './report/report-data.js';
import { audit, type Audit } from './sale/audit.js';
import { holdSale, type HeldSale, type PreparedSale, type RunningSale } from './sale/hold-sale.js';
import { prepareSale } from './sale/prepare-sale.js';
import { openVenue } from './sale/venue.js';
import { judge } from './verdict/verdict.js';

export interface Watchers {
  /** Ends the sale early; what there is by then is reported. */
  stop: AbortSignal;
  say: (line: string) => void;
  /** @returns what ends the watching */
  watch: (view: RunningSale) => () => void;
}

const NS_PER_MS = 1e6;
const US_PER_MS = 1e3;
const LAG_RESOLUTION_MS = 5;

/** A whole flash sale: platform, buyers, audit, verdict. @throws when the sale cannot be held */
export async function runSale(options: SaleOptions, watchers: Watchers): Promise<SaleReport> {
  const { stop, say } = watchers;
  say(options.url === undefined ? 'starting a platform' : `at ${options.url}`);
  const venue = await openVenue(options);
  try {
    const sale = await prepareSale(options, venue, stop, say);
    // Breaks open requests, so that buyers notice the end.
    stop.addEventListener('abort', () => void sale.connections.close(), { once: true });
    try {
      const { held, clientLoad } = await hold(sale, watchers);
      const found = await askAfterwards(sale, held, watchers);
      const { openedAt, buyers } = held;
      const isInterrupted = stop.aborted;
      const verdict = judge({
        stock: options.stock,
        limit: options.limit,
        openedAt,
        buyers,
        audit: found,
        isInterrupted,
      });
      return reportData({ options, sale: held, audit: found, verdict, clientLoad });
    } finally {
      await Promise.all([sale.admin.close(), sale.connections.close()]);
    }
  } finally {
    await venue.close();
  }
}

async function hold(
  sale: PreparedSale,
  { stop, watch }: Watchers,
): Promise<{ held: HeldSale; clientLoad: ClientLoad }> {
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  const cpuBefore = process.cpuUsage();
  lag.enable();
  let unwatch: (() => void) | undefined;
  try {
    const held = await holdSale(sale, stop, (view) => (unwatch = watch(view)));
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpuPercent = (user + system) / held.clock.now() / (US_PER_MS / 100);
    // The monitor measures the time between two ticks; its resolution is no lag.
    const ms = (ns: number): number => Math.max(0, ns / NS_PER_MS - LAG_RESOLUTION_MS);
    return { held, clientLoad: { cpuPercent, lagP99Ms: ms(lag.percentile(99)), lagMaxMs: ms(lag.max) } };
  } finally {
    lag.disable();
    unwatch?.();
  }
}

/** `undefined` after an interruption, which may have ended the platform too. */
async function askAfterwards(
  { admin, venue, offer: { sku }, options }: PreparedSale,
  { openedAt }: HeldSale,
  { stop, say }: Watchers,
): Promise<Audit | undefined> {
  if (stop.aborted) return undefined;
  say('the last buyer has left; auditing the platform');
  try {
    return await audit(admin, venue, { sku, openedAt, settleMs: options.settleMs });
  } catch (error) {
    say(`the audit failed: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
