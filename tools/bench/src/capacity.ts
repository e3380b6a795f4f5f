import { z } from 'zod';
import { print, sum } from './figures.js';
import { benchOptions } from './options.js';

/**
 * The capacity table of docs/performance.md, from what one checkout costs. It assumes that a replica, a database and a
 * partition more carry their share of the load.
 */
const DATABASES = ['orders', 'payments', 'inventory'] as const;
const PROCESSES = ['gateway', 'orders', 'inventory', 'payments'] as const;
const RATES = { '1 k': 1_000, '10 k': 10_000, '100 k': 100_000, '583 k (Alibaba, peak of 2020)': 583_000 };
/** Of the cores; the rest is for peaks and failures. */
const USED = 0.6;
/** A primary with a synchronous replica. */
const WAL_PER_DATABASE = 300e6;
/** Below it, one database serves all schemas. */
const ONE_DATABASE_UP_TO = 1_000;
const CORES_PER_NODE = 16;

const { cpu, postgres, wal } = benchOptions(
  z.object({
    cpu: costsOf([...PROCESSES, 'nats']),
    postgres: costsOf(DATABASES),
    wal: costsOf(DATABASES),
  }),
);

const table: Record<string, (perSecond: number) => string> = {
  ...Object.fromEntries(
    PROCESSES.map((name) => [
      `${name}, processes of one core`,
      (perSecond: number) => String(processes(name, perSecond)),
    ]),
  ),
  'NATS, cores': (perSecond) => short(cores(of(cpu, 'nats'), perSecond)),
  'PostgreSQL, cores: orders + payments + inventory': (perSecond) =>
    forEachDatabase((name) => short(cores(of(postgres, name), perSecond))),
  'PostgreSQL, log: orders + payments + inventory, MB/s': (perSecond) =>
    forEachDatabase((name) => short((of(wal, name) * perSecond) / 1e6)),
  'databases: orders + payments + inventory': (perSecond) =>
    perSecond <= ONE_DATABASE_UP_TO ? '1' : forEachDatabase((name) => String(databases(name, perSecond))),
  'partitions of each command stream': (perSecond) =>
    String(2 ** Math.ceil(Math.log2(Math.max(...DATABASES.map((name) => databases(name, perSecond)))))),
  [`nodes of ${CORES_PER_NODE} cores, without reserve`]: (perSecond) => String(nodes(perSecond)),
};

print(`| orders a second | ${Object.keys(RATES).join(' | ')} |`);
print(`| --- |${' --- |'.repeat(Object.keys(RATES).length)}`);
for (const [row, at] of Object.entries(table))
  print(`| ${row} | ${Object.values(RATES).map(at).join(' | ')} |`);

function cores(us: number, perSecond: number): number {
  return (us * perSecond) / 1e6 / USED;
}

function processes(name: string, perSecond: number): number {
  return Math.ceil(cores(of(cpu, name), perSecond));
}

function databases(name: string, perSecond: number): number {
  return Math.ceil((of(wal, name) * perSecond) / WAL_PER_DATABASE);
}

function nodes(perSecond: number): number {
  const ofProcesses = sum(PROCESSES.map((name) => processes(name, perSecond)));
  const ofServers = sum([of(cpu, 'nats'), ...DATABASES.map((name) => of(postgres, name))]);
  return Math.ceil((ofProcesses + cores(ofServers, perSecond)) / CORES_PER_NODE);
}

function forEachDatabase(figure: (name: string) => string): string {
  return DATABASES.map(figure).join(' + ');
}

function of(costs: Record<string, number>, name: string): number {
  return costs[name] ?? Number.NaN;
}

/** Two digits. */
function short(figure: number): string {
  return Number(figure.toPrecision(2)).toLocaleString('en');
}

/** `name=number`, separated by commas, as `bench:checkout` prints them. Other names are ignored. */
function costsOf(names: readonly string[]) {
  return z
    .string()
    .transform((text) =>
      Object.fromEntries(
        text.split(',').map((each) => [each.split('=')[0] ?? '', Number(each.split('=')[1])]),
      ),
    )
    .refine(
      (given) => names.every((name) => Number.isFinite(given[name])),
      `must be ${names.map((name) => `${name}=NUMBER`).join(',')}`,
    );
}
