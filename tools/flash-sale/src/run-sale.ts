import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SaleOptions } from './options.js';
import { reportData, type ClientLoad, type SaleReport } from './report/report-data.js';
import { audit, type Audit } from './run/audit.js';
import { holdSale, type HeldSale, type Sale, type SaleView } from './run/hold-sale.js';
import { openSale } from './run/open-sale.js';
import { openVenue } from './run/venue.js';
import { judge } from './verdict/verdict.js';

export interface Watchers {
  /** Ends the sale early; what there is by then is reported. */
  stop: AbortSignal;
  say: (line: string) => void;
  /** @returns what ends the watching */
  watch: (view: SaleView) => () => void;
}

const NS_PER_MS = 1e6;
const US_PER_MS = 1e3;
const LAG_RESOLUTION_MS = 5;

/** A whole flash sale: platform, buyers, audit, verdict. @throws when it could not be held at all */
export async function runSale(options: SaleOptions, watchers: Watchers): Promise<SaleReport> {
  const { stop, say } = watchers;
  say(options.url === undefined ? 'starting a platform' : `at ${options.url}`);
  const venue = await openVenue(options);
  try {
    const sale = await openSale(options, venue, stop, say);
    // What is under way is broken off: buyers then see that the sale is over.
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
      await Promise.all([sale.desk.close(), sale.connections.close()]);
    }
  } finally {
    await venue.close();
  }
}

async function hold(
  sale: Sale,
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
    // What is measured is the time between two ticks; the resolution is no lag.
    const ms = (ns: number): number => Math.max(0, ns / NS_PER_MS - LAG_RESOLUTION_MS);
    return { held, clientLoad: { cpuPercent, lagP99Ms: ms(lag.percentile(99)), lagMaxMs: ms(lag.max) } };
  } finally {
    lag.disable();
    unwatch?.();
  }
}

/** The platform's own word; none after an interruption, which may have ended the platform too. */
async function askAfterwards(
  { desk, venue, offer: { sku }, options }: Sale,
  { openedAt }: HeldSale,
  { stop, say }: Watchers,
): Promise<Audit | undefined> {
  if (stop.aborted) return undefined;
  say('the last buyer has left; asking the platform for its own account');
  try {
    return await audit(desk, venue, { sku, openedAt, settleMs: options.settleMs });
  } catch (error) {
    say(`the account could not be had: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
