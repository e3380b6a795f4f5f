import { setTimeout as sleep } from 'node:timers/promises';
import type { LaunchedPlatform } from '@doorbuster/platform';
import pg from 'pg';
import { medians, sum } from './figures.js';
import { cpuSecondsByPart, cpuSecondsOf } from './processes.js';

/** What one checkout costs: figures by name, with their `total`. */
export interface Cost {
  /** CPU by process, us. */
  cpu: Record<string, number>;
  /** CPU of PostgreSQL by the role of the connection, us. `total` is less than that of PostgreSQL: its own processes have no role. */
  postgres: Record<string, number>;
  /** Bytes of write-ahead log by the role of the connection. `total` is that of the server. */
  wal: Record<string, number>;
}

interface Reading {
  /** Of the newest saga. */
  lastId: string;
  cpu: Record<string, number>;
  lsn: number;
  connections: Map<number, { role: string; cpu: number; wal: number }>;
}

const SETTLED_WITHIN_MS = 60_000;
const POLL_MS = 100;
const ID_MIN = '00000000-0000-0000-0000-000000000000';

/**
 * Reads the counters, and again when the returned function is called, each time when no saga is in flight. So the work of
 * a checkout after its answer counts, and a checkout counts although wrk had left before its answer.
 */
export async function costOfCheckouts(platform: LaunchedPlatform): Promise<() => Promise<Cost>> {
  const before = await read(platform);
  return async () => {
    const after = await read(platform);
    return costBetween(before, after, await checkoutsSince(platform, before.lastId));
  };
}

export function medianCost(costs: readonly Cost[]): Cost {
  return {
    cpu: medians(costs.map(({ cpu }) => cpu)),
    postgres: medians(costs.map(({ postgres }) => postgres)),
    wal: medians(costs.map(({ wal }) => wal)),
  };
}

/** In the form of the options of `bench:capacity`. */
export function describeCost({ cpu, postgres, wal }: Cost): string {
  const list = (figures: Record<string, number>): string =>
    Object.entries(figures)
      .map(([name, figure]) => `${name}=${figure.toFixed(0)}`)
      .join(',');
  return `a checkout costs, in us and bytes: --cpu ${list(cpu)} --postgres ${list(postgres)} --wal ${list(wal)}`;
}

/** After the second reading, so that counting costs nothing there. Ids are in the order of time. */
async function checkoutsSince(platform: LaunchedPlatform, lastId: string): Promise<number> {
  const client = await connectTo(platform);
  try {
    const { rows } = await client.query<{ checkouts: number }>(
      `select count(*)::int as checkouts from orders.sagas where id > $1 and state = 'COMPLETED'`,
      [lastId],
    );
    return rows[0]?.checkouts ?? 0;
  } finally {
    await client.end();
  }
}

export async function connectTo(platform: LaunchedPlatform): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: platform.run().postgres.url, statement_timeout: 30_000 });
  await client.connect();
  return client;
}

async function read(platform: LaunchedPlatform): Promise<Reading> {
  const client = await connectTo(platform);
  try {
    await noSagaInFlight(client);
    const last = await client.query<{ id: string }>('select id from orders.sagas order by id desc limit 1');
    const log = await client.query<{ lsn: number }>(`select (pg_current_wal_lsn() - '0/0')::float8 as lsn`);
    // A backend adds to these statistics at most once a second, so what they lack is about the same in both readings.
    const backends = await client.query<{ pid: number; role: string; wal: number }>(
      `select pid, usename as role, (pg_stat_get_backend_wal(pid)).wal_bytes::float8 as wal
       from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    const connections = backends.rows.map(
      ({ pid, role, wal }) => [pid, { role, wal, cpu: cpuSecondsOf(pid) }] as const,
    );
    return {
      lastId: last.rows[0]?.id ?? ID_MIN,
      cpu: cpuSecondsByPart(platform),
      lsn: log.rows[0]?.lsn ?? 0,
      connections: new Map(connections),
    };
  } finally {
    await client.end();
  }
}

async function noSagaInFlight(client: pg.Client): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  const inFlight = `select 1 from orders.sagas where state not in ('COMPLETED', 'COMPENSATED') limit 1`;
  while ((await client.query(inFlight)).rowCount !== 0) {
    if (Date.now() > deadline) throw new Error(`sagas are in flight ${SETTLED_WITHIN_MS} ms after the load`);
    await sleep(POLL_MS);
  }
}

function costBetween(before: Reading, after: Reading, checkouts: number): Cost {
  const cpu = Object.entries(after.cpu).map(([part, seconds]): [string, number] => [
    part,
    ((seconds - (before.cpu[part] ?? 0)) / checkouts) * 1e6,
  ]);
  const [postgres, wal]: [Record<string, number>, Record<string, number>] = [{}, {}];
  for (const [pid, { role, ...now }] of after.connections) {
    const then = before.connections.get(pid) ?? { cpu: 0, wal: 0 };
    postgres[role] = (postgres[role] ?? 0) + ((now.cpu - then.cpu) / checkouts) * 1e6;
    wal[role] = (wal[role] ?? 0) + (now.wal - then.wal) / checkouts;
  }
  return {
    cpu: { total: sum(cpu.map(([, us]) => us)), ...Object.fromEntries(cpu) },
    postgres: { total: sum(Object.values(postgres)), ...postgres },
    wal: { total: (after.lsn - before.lsn) / checkouts, ...wal },
  };
}
