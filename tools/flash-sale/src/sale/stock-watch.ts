import type { LaunchedPlatform } from '@doorbuster/platform';
import pg from 'pg';
import type { Clock } from './clock.js';
import type { AdminClient } from '../shop/admin-client.js';

export interface StockSample {
  atMs: number;
  available: number;
  reserved: number;
  sold: number;
  /** Sagas that have not ended; `null` when the database is out of reach. */
  sagas: number | null;
}

export interface StockWatch {
  samples: StockSample[];
  end(): Promise<void>;
}

const EVERY_MS = 500;
const LOOK_MS = 2_000;

/** Samples the stock and the sagas in flight all through the sale. A sample that fails is left out. */
export function watchStock(
  admin: AdminClient,
  sku: string,
  clock: Clock,
  platform: LaunchedPlatform | undefined,
): StockWatch {
  const samples: StockSample[] = [];
  const state = { ended: false };
  const look = async (): Promise<void> => {
    const levels = await admin.glanceAtStock(sku);
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

/** Cheap by the partial index of sagas in flight. One connection a call, because the database may be killed meanwhile. */
async function countSagas(platform: LaunchedPlatform): Promise<number> {
  const client = new pg.Client({
    connectionString: platform.run().postgres.url,
    application_name: 'flash-sale',
    connectionTimeoutMillis: LOOK_MS,
    query_timeout: LOOK_MS,
  });
  // A connection that breaks between queries reports it here.
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
