import { randomInt } from 'node:crypto';
import { OptionError, readOptions, wholeNumber } from '@doorbuster/service/process';
import { z } from 'zod';

const BUYERS_MAX = 1_000_000;
/** Each needs a file descriptor; usual hard limits allow about so many. */
const CONNECTIONS_MAX = 19_000;
const SECONDS_MAX = 600;
/** Maximum that a sale allows. */
const LIMIT_MAX = 100;
const SEED_MAX = 2 ** 32 - 1;

const percent = wholeNumber(0, 100);
const seconds = wholeNumber(1, SECONDS_MAX);
const rate = z.union(
  [z.literal('burst'), wholeNumber(1, BUYERS_MAX)],
  'must be burst, or a whole number of buyers a second',
);

const schema = z.object({
  buyers: wholeNumber(1, BUYERS_MAX).default(20_000),
  stock: wholeNumber(1, BUYERS_MAX).default(1_000),
  rate: rate.default('burst'),
  limit: wholeNumber(1, LIMIT_MAX).default(1),
  decline: percent.default(10),
  browse: wholeNumber(0, 20).default(1),
  patience: seconds.optional(),
  greedy: percent.default(5),
  insist: percent.default(10),
  follow: percent.default(10),
  settle: seconds.default(60),
  connections: wholeNumber(1, CONNECTIONS_MAX).default(1_000),
  'warm-up': wholeNumber(0, BUYERS_MAX).optional(),
  seed: wholeNumber(0, SEED_MAX).optional(),
  url: z.url({ protocol: /^https?$/, error: 'must be http://host:port' }).optional(),
  'admin-token': z.string().min(1).optional(),
  report: z.string().min(1).default('reports/flash-sale.html'),
  json: z.string().min(1).optional(),
  chaos: z.boolean().default(false),
});

export const HELP = `Sells one product to more buyers than there are units, and says whether every promise was kept.

  npm run flash-sale -- [options]

The sale
  --buyers N         how many come, each for one unit (20000)
  --stock N          units on sale (1000)
  --rate burst|N     all at once, most of them in the first half second; or N a second, Poisson (burst)
  --limit N          units that one customer may buy (1)
  --decline PERCENT  whose card is declined (10)
  --seed N           the same buyers again (a new one each time; the report names it)

The buyers
  --browse N         looks at the product page before ordering (1)
  --patience S       from arrival until a buyer who has no order gives up (30, with --chaos 60)
  --greedy PERCENT   who, once they have bought, try for one more than the limit (5)
  --insist PERCENT   who are told "sold out" and look again until their patience ends (10)
  --follow PERCENT   who take the 202 and follow their order by server-sent events; the others wait (10)
  --settle S         how long an accepted order may take to become final (60)
  --connections N    of all buyers together, at the most (1000)

The platform
  --url URL          a deployment; without it, one of its own in a temporary directory
  --admin-token T    for a deployment that hands out no admin tokens
  --warm-up N        orders of another product beforehand (2000; 0 with --url)
  --chaos            kill -9 of orders, inventory, PostgreSQL and NATS in the middle; not with --url

The outcome
  --report FILE      a page to open (reports/flash-sale.html)
  --json FILE        the same figures for programs

Exit code: 0 all promises kept, 1 one is broken, 2 the sale could not be held, 130 interrupted.
`;

const PATIENCE_S = 30;
/** A database that was killed needs time to recover. */
const PATIENCE_IN_CHAOS_S = 60;
const WARM_UP_ORDERS = 2_000;

export interface SaleOptions {
  buyers: number;
  stock: number;
  rate: 'burst' | number;
  limit: number;
  declinePercent: number;
  browse: number;
  patienceMs: number;
  greedyPercent: number;
  insistPercent: number;
  followPercent: number;
  settleMs: number;
  connections: number;
  warmUp: number;
  seed: number;
  url: string | undefined;
  adminToken: string | undefined;
  report: string;
  json: string | undefined;
  chaos: boolean;
}

/** @throws {OptionError} naming every option that is wrong */
export function parseOptions(args: readonly string[]): SaleOptions | 'help' {
  const data = readOptions(schema, { flags: ['chaos'], args });
  if (data === 'help') return data;
  if (data.chaos && data.url !== undefined) {
    throw new OptionError('--chaos kills processes of its own platform: it does not go with --url');
  }
  const { buyers, stock, rate: arrivals, limit, browse, connections, report, json, chaos } = data;
  return {
    buyers,
    stock,
    rate: arrivals,
    limit,
    browse,
    connections,
    report,
    json,
    chaos,
    declinePercent: data.decline,
    patienceMs: (data.patience ?? (data.chaos ? PATIENCE_IN_CHAOS_S : PATIENCE_S)) * 1_000,
    greedyPercent: data.greedy,
    insistPercent: data.insist,
    followPercent: data.follow,
    settleMs: data.settle * 1_000,
    warmUp: data['warm-up'] ?? (data.url === undefined ? WARM_UP_ORDERS : 0),
    seed: data.seed ?? randomInt(SEED_MAX),
    url: data.url?.replace(/\/+$/, ''),
    adminToken: data['admin-token'],
  };
}
