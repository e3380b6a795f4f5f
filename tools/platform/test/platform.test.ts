import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVICES } from '@doorbuster/contracts';
import { findFreePort, isAlive, until } from '@doorbuster/embedded';
import { createLogger } from '@doorbuster/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { platformConfig } from '../src/config.js';
import { findLeftovers } from '../src/data-dir/leftovers.js';
import type { RunFile } from '../src/data-dir/run-file.js';
import { Platform } from '../src/platform.js';

/** The real servers and the real supervision; the services are stand-ins. */
describe('the platform', () => {
  let dataDir: string;
  let platform: Platform;
  const deleted: string[] = [];

  const create = async (): Promise<Platform> => {
    const env = {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: String(await findFreePort()),
      SEED: 'none',
      REPLICAS_ORDERS: '2',
      // The stand-in for the migration makes no table of accounts.
      FIRST_OPERATOR_PASSWORD: 'a password of this test',
    };
    return new Platform({
      config: platformConfig.parse(env),
      env,
      logger: createLogger('platform', 'silent'),
      progress: () => undefined,
      onFirstOperator: () => undefined,
      onDataDeleted: (directory) => deleted.push(directory),
      commandLineOf: (program) => [
        fileURLToPath(new URL('./fixtures/fake-app.mjs', import.meta.url)),
        program,
      ],
    });
  };
  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'doorbuster-'));
    platform = await create();
    await platform.start();
  });
  afterAll(async () => {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const runFile = (): string => path.join(dataDir, 'run.json');
  const run = (): RunFile => JSON.parse(readFileSync(runFile(), 'utf8')) as RunFile;
  const pidsOf = ({ services, postgres, nats }: RunFile): number[] =>
    [...Object.values(services).flatMap(({ pids }) => pids), postgres.pid, nats.pid].filter(
      (pid) => pid !== null,
    );
  const eventually = <T>(what: string, read: () => T | undefined): Promise<T> =>
    until(async () => read(), { deadlineMs: 20_000, intervalMs: 20, what });

  /** The stand-in for the gateway answers with it. */
  const telemetryOfGateway = async (): Promise<Record<string, string>> =>
    (await (await fetch(platform.url)).json()) as Record<string, string>;

  it('says what runs, to its owner only', () => {
    expect(statSync(runFile()).mode & 0o777).toBe(0o600);
    const { services, gateway, postgres, nats } = run();
    expect(gateway.url).toBe(platform.url);
    expect(Object.keys(services).toSorted()).toEqual(['gateway', ...SERVICES].toSorted());
    expect(services['orders']?.pids).toHaveLength(2);
    expect(postgres.url).toMatch(/^postgres:\/\/postgres:\w+@127\.0\.0\.1:\d+\/doorbuster$/);
    expect(nats.url).toMatch(/^nats:\/\/admin:\w+@127\.0\.0\.1:\d+$/);
    expect(pidsOf(run()).every(isAlive)).toBe(true);
  });

  it('shows traces on a page of its own, and tells where each process has its metrics', async () => {
    const { traces, services } = run();
    expect(traces?.url).toBe(platform.tracesUrl);
    const page = await fetch(traces?.url.replace('localhost', '127.0.0.1') as string);
    expect(page.headers.get('content-type')).toContain('text/html');
    const metrics = Object.values(services).flatMap((service) => service.metrics);
    expect(services['orders']?.metrics).toHaveLength(2);
    // The gateway and each service, and orders once more.
    expect(new Set(metrics).size).toBe(1 + SERVICES.length + 1);
    const told = await telemetryOfGateway();
    expect(told['TRACE_URL_TEMPLATE']).toBe(`${traces?.url}/traces/{traceId}`);
    expect(services['gateway']?.metrics).toEqual([
      `http://127.0.0.1:${told['OTEL_EXPORTER_PROMETHEUS_PORT']}/metrics`,
    ]);
  });

  it('writes a configuration with which Prometheus scrapes each process and evaluates the alerts', () => {
    const config = JSON.parse(readFileSync(path.join(dataDir, 'prometheus.yml'), 'utf8')) as {
      rule_files: string[];
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    const targets = Object.fromEntries(
      config.scrape_configs.map(({ job_name: job, static_configs }) => [
        job,
        static_configs.flatMap(({ targets: hosts }) => hosts.map((host) => `http://${host}/metrics`)),
      ]),
    );
    const { services } = run();
    expect(targets).toEqual(
      Object.fromEntries(Object.entries(services).map(([name, { metrics }]) => [name, metrics])),
    );
    for (const file of config.rule_files) expect(readFileSync(file, 'utf8')).toContain('DoorbusterOversold');
  });

  it('starts every process again that is killed, servers on the port that they had', async () => {
    const before = run();
    for (const pid of pidsOf(before)) process.kill(pid, 'SIGKILL');
    const after = await eventually('restarting everything', () => {
      const pids = pidsOf(run());
      const isNew =
        pids.length === pidsOf(before).length && !pids.some((pid) => pidsOf(before).includes(pid));
      return isNew ? run() : undefined;
    });
    expect(after.postgres.url).toBe(before.postgres.url);
    expect(after.nats.url).toBe(before.nats.url);
    const metrics = (found: RunFile) => Object.values(found.services).map((service) => service.metrics);
    expect(metrics(after)).toEqual(metrics(before));
  });

  it('starts NATS empty when its storage was deleted under it', async () => {
    const { nats } = run();
    rmSync(nats.dir as string, { recursive: true });
    await eventually('restarting NATS', () => (run().nats.pid !== nats.pid && run().nats.pid) || undefined);
    expect(existsSync(path.join(nats.dir as string, 'jetstream'))).toBe(true);
  });

  it('is alone on its data directory', async () => {
    const second = await create();
    await expect(second.start()).rejects.toThrow(/runs a platform on .* already/);
    await second.stop();
    expect(pidsOf(run()).every(isAlive)).toBe(true);
  });

  it('leaves nothing running when it is stopped, and goes on from there', async () => {
    const { postgres, traces } = run();
    await platform.stop();
    expect(findLeftovers(dataDir)).toEqual([]);
    expect(existsSync(runFile())).toBe(false);
    platform = await create();
    await platform.start();
    expect(run().postgres.url).toBe(postgres.url);
    expect(run().traces).toEqual(traces);
  });

  it('reports once that its data was deleted, and leaves nothing running', async () => {
    const pids = pidsOf(run());
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
    await eventually('noticing it', () => (deleted.length > 0 ? true : undefined));
    await platform.stop();
    expect(deleted).toHaveLength(1);
    expect(deleted[0]).toMatch(dataDir);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(dataDir)).toBe(false);
  });
});
