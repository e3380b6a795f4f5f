import type { LaunchedPlatform } from '@doorbuster/platform';
import pg from 'pg';
import type { Clock } from '../clock.js';
import type { Desk } from '../shop/desk.js';

export interface StockSample {
  atMs: number;
  available: number;
  reserved: number;
  sold: number;
  /** Sagas that have not ended; `null` where one cannot look into the database. */
  sagas: number | null;
}

export interface StockWatch {
  samples: StockSample[];
  end(): Promise<void>;
}

const EVERY_MS = 500;
const LOOK_MS = 2_000;

/** Looks at the stock, and at the sagas in flight, all through the sale. A look that fails is left out. */
export function watchStock(
  desk: Desk,
  sku: string,
  clock: Clock,
  platform: LaunchedPlatform | undefined,
): StockWatch {
  const samples: StockSample[] = [];
  const state = { ended: false };
  const look = async (): Promise<void> => {
    const levels = await desk.glanceAtLevels(sku);
    if (levels === undefined) return;
    const { available, reserved, sold } = levels;
    const sagas = platform === undefined ? null : await countSagas(platform).catch(() => null);
    samples.push({ atMs: clock.now(), available, reserved, sold, sagas });
  };
  const watching = (async () => {
    while (!state.ended && !clock.isStopped) {
      await look();
      await clock.pause(EVERY_MS);
    }
  })();
  return {
    samples,
    async end() {
      state.ended = true;
      await watching;
      if (!clock.isStopped) await look();
    },
  };
}

/** The partial index of sagas in flight makes this cheap. A connection each time: the database may be killed meanwhile. */
async function countSagas(platform: LaunchedPlatform): Promise<number> {
  const client = new pg.Client({
    connectionString: platform.run().postgres.url,
    application_name: 'flash-sale',
    connectionTimeoutMillis: LOOK_MS,
    query_timeout: LOOK_MS,
  });
  // A connection that breaks later is told here, not to the query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ sagas: number }>(
      `select count(*)::int as sagas from orders.sagas where state not in ('COMPLETED', 'COMPENSATED')`,
    );
    return rows[0]?.sagas ?? 0;
  } finally {
    await client.end();
  }
}
