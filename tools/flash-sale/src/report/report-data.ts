import type { Outcome, Trouble } from '../buyers/sale-event.js';
import type { SaleOptions } from '../options.js';
import { stageFigures, type StageFigures } from '../record/stages.js';
import type { Slice } from '../record/timeline.js';
import type { Audit } from '../sale/audit.js';
import type { Kill } from '../sale/chaos.js';
import type { HeldSale } from '../sale/hold-sale.js';
import type { StockSample } from '../sale/stock-watch.js';
import type { SaleVerdict } from '../verdict/verdict.js';
import { acceptedOrders, type AcceptedOrders } from './accepted-orders.js';

/** Load of the generator itself: a lag above some tens of milliseconds is part of every latency. */
export interface ClientLoad {
  /** Of one core. */
  cpuPercent: number;
  lagP99Ms: number;
  lagMaxMs: number;
}

/** A whole sale in figures; `--json` writes it as it is. Times are milliseconds after the opening. */
export interface SaleReport {
  verdict: SaleVerdict;
  headline: string;
  openedAt: string;
  options: Omit<SaleOptions, 'adminToken'>;
  totals: {
    arrived: number;
    viewed: number;
    accepted: AcceptedOrders;
    buyersByOutcome: Partial<Record<Outcome, number>>;
    retries: Partial<Record<Trouble, number>>;
    /** Answers after which a request was made again, by status and code. */
    said: Partial<Record<string, number>>;
    /** Why orders were rejected or refused, where it was neither the stock nor the card. */
    otherReasons: Record<string, number>;
  };
  stock: Audit['levels'] | null;
  soldOutAtMs: number | null;
  /** The last order that became final. */
  finalAtMs: number | null;
  durationMs: number;
  stages: StageFigures[];
  timeline: Slice[];
  samples: StockSample[];
  kills: Kill[];
  clientLoad: ClientLoad;
}

export interface ReportInput {
  options: SaleOptions;
  sale: HeldSale;
  audit: Audit | undefined;
  verdict: SaleVerdict;
  clientLoad: ClientLoad;
}

export function reportData({ options, sale, audit, verdict, clientLoad }: ReportInput): SaleReport {
  const { recorder, buyers } = sale;
  const { adminToken: _secret, ...shown } = options;
  const { arrived, viewed, left, retries, said } = recorder.totals;
  return {
    verdict,
    headline: headlineOf(options.stock, audit, verdict),
    openedAt: sale.openedAt.toISOString(),
    options: shown,
    totals: {
      arrived,
      viewed,
      accepted: acceptedOrders(buyers, audit),
      buyersByOutcome: left,
      retries,
      said,
      otherReasons: Object.fromEntries(
        [
          ...Map.groupBy(
            buyers.filter(({ outcome }) => outcome === 'REJECTED' || outcome === 'REFUSED'),
            ({ reason }) => reason ?? 'no reason given',
          ),
        ].map(([reason, those]) => [reason, those.length]),
      ),
    },
    stock: audit?.levels ?? null,
    soldOutAtMs: recorder.soldOutAtMs ?? null,
    finalAtMs: recorder.settledAtMs ?? null,
    durationMs: sale.clock.now(),
    stages: stageFigures(recorder.stages),
    timeline: recorder.timeline.slices,
    samples: [...sale.samples],
    kills: [...sale.kills],
    clientLoad,
  };
}

function headlineOf(stock: number, audit: Audit | undefined, { result }: SaleVerdict): string {
  if (audit === undefined) return 'Interrupted: nothing is proved.';
  const units = (n: number): string => n.toLocaleString('en');
  const sold = `${units(audit.levels.sold)} of ${units(stock)} sold`;
  if (result === 'BROKEN') return `${sold}. A promise is broken.`;
  const rest =
    audit.levels.available === 0 ? 'Not one over, not one under.' : 'Nobody who asked went without.';
  return `${sold}. ${rest}`;
}
