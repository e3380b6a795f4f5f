import {
  isPortFree,
  layoutOf,
  loadCredentials,
  type Credentials,
  type DataLayout,
} from '@doorbuster/embedded';
import { SHUTDOWN_MS } from '@doorbuster/service/process';
import type { Logger } from '@doorbuster/telemetry';
import type { PlatformConfig } from './config.js';
import { DirectoryWatch } from './data-dir/directory-watch.js';
import { keptPorts } from './data-dir/kept-ports.js';
import { killLeftovers, stopLeftovers } from './data-dir/leftovers.js';
import { lock } from './data-dir/lock.js';
import { openDirectory } from './data-dir/open-directory.js';
import { writePrometheusFile } from './data-dir/prometheus-file.js';
import { removeRunFile, writeRunFile, type RunFile, type ServiceView } from './data-dir/run-file.js';
import { openBroker, type Broker } from './servers/nats.js';
import { provisionStreams, type Provisioning } from './servers/provisioning.js';
import { openDatabase, type Database } from './servers/postgres.js';
import { commandLineOf, type ProgramName } from './services/command-line.js';
import { keyEncryptionSecretOf, prepareAccounts } from './services/accounts.js';
import type { AppName } from './services/environment.js';
import type { FirstOperatorAccount } from './services/first-operator.js';
import { migrateSchemas } from './services/migrate-schemas.js';
import { accountsOf, healthOf, metricsOf, portNames } from './services/port-names.js';
import { waitUntilReady } from './services/readiness.js';
import { seedShop } from './services/seed-shop.js';
import { processesOf, startServices, viewsOf, type Services } from './services/start-services.js';
import { servesMetrics, telemetryEnvironment } from './services/telemetry.js';
import { supervisorLog } from './supervision/supervisor-log.js';
import { stopAll, Supervised, type Supervise } from './supervision/supervised.js';
import type { TracesServer } from './traces/http/traces-server.js';
import { startTracesIfWanted } from './traces/start-if-wanted.js';

export interface PlatformSurroundings {
  config: PlatformConfig;
  env: NodeJS.ProcessEnv;
  logger: Logger;
  /** Shows the progress of the start. */
  progress: (text: string) => void;
  /** Called once when the data directory or that of PostgreSQL was deleted. Then call `stop`. */
  onDataDeleted: (directory: string) => void;
  /** Called with the account that identity is about to make. Its password is stored as a hash only. */
  onFirstOperator: (account: FirstOperatorAccount) => void;
  /** Node's arguments that run a program. Tests replace it. */
  commandLineOf?: (program: ProgramName) => string[];
}

/** Starts, supervises and stops the servers and services of one data directory. */
export class Platform {
  readonly url: string;
  private readonly layout: DataLayout;
  private readonly servers: Supervised[] = [];
  private readonly processes: Supervised[] = [];
  private release: (() => void) | undefined;
  private watch: DirectoryWatch | undefined;
  private stopped = false;
  private database: Database | undefined;
  private broker: Broker | undefined;
  private provisioning: Provisioning | undefined;
  private services: Services | undefined;
  private traces: TracesServer | undefined;
  private ports: Record<string, number> = {};

  /** @throws what to do about a data directory that cannot be written to */
  constructor(private readonly surroundings: PlatformSurroundings) {
    const { config } = surroundings;
    this.layout = layoutOf(openDirectory(config.dataDir));
    this.url = `http://localhost:${config.port}`;
  }

  /** Resolves when all services are ready. On failure it rejects with an error that says what to do; then call `stop`, too. */
  async start(): Promise<void> {
    await this.claim();
    await this.openPorts();
    const credentials = loadCredentials(this.layout.credentials);
    await this.startServers(credentials);
    await this.migrate();
    await this.provision();
    await this.startServices(credentials);
    const { config, logger } = this.surroundings;
    if (config.seed === 'demo') await this.step('demo catalogue', seedShop(this.url, config, logger));
  }

  /**
   * Stops the gateways first, so that no new request arrives, and the servers last. No process remains.
   * A server that ends by itself meanwhile stays down: it would write into a data directory that was deleted.
   */
  async stop(): Promise<void> {
    this.stopped = true;
    this.watch?.close();
    for (const server of this.servers) server.endRestarts();
    const { gateway = [], ...services } = this.services ?? {};
    await stopAll(gateway, SHUTDOWN_MS.gateway + SHUTDOWN_MS.grace);
    await stopAll(Object.values(services).flat(), SHUTDOWN_MS.service + SHUTDOWN_MS.grace);
    await this.provisioning?.end();
    await stopAll(this.servers, SHUTDOWN_MS.servers);
    await this.traces?.close();
    this.abandon();
  }

  /** Kills all processes at once. */
  abandon(): void {
    this.stopped = true;
    if (this.release === undefined) return;
    killLeftovers(this.layout.root);
    removeRunFile(this.layout.root);
    this.release();
    this.release = undefined;
  }

  /** The traces page; `undefined` when traces are exported elsewhere. */
  get tracesUrl(): string | undefined {
    return this.traces?.url;
  }

  private async claim(): Promise<void> {
    const { root } = this.layout;
    const { port, host } = this.surroundings.config;
    this.release = lock(root);
    this.watch = new DirectoryWatch([root, this.layout.postgres], this.surroundings.onDataDeleted);
    const leftovers = await stopLeftovers(root);
    if (leftovers > 0)
      this.surroundings.logger.warn(`stopped ${leftovers} processes that a killed platform left`);
    if (await isPortFree(port, host)) return;
    throw new Error(`port ${port} is in use; stop what listens there, or set PORT to another one`);
  }

  /** The traces page starts first and stops last: services export spans until they have ended. */
  private async openPorts(): Promise<void> {
    this.ports = await keptPorts(
      this.layout.root,
      portNames((app) => this.processesOf(app)),
    );
    this.traces = await startTracesIfWanted(this.surroundings, this.portOf('traces'), this.url);
  }

  private async startServers({ postgres, nats }: Credentials): Promise<void> {
    const { layout } = this;
    const { databaseUrl, natsUrl } = this.surroundings.config;
    const supervise = this.superviseIn(this.servers);
    const database = {
      layout,
      credentials: postgres,
      port: this.portOf('postgres'),
      replicas: this.surroundings.config.replicas,
      externalUrl: databaseUrl,
    };
    const broker = { layout, credentials: nats, port: this.portOf('nats'), externalUrl: natsUrl };
    [this.database, this.broker] = await Promise.all([
      this.step('PostgreSQL', openDatabase(database, supervise)),
      this.step('NATS', openBroker(broker, supervise)),
    ]);
  }

  /** Runs before the services, whose roles cannot migrate. */
  private async migrate(): Promise<void> {
    const { env } = this.surroundings;
    if (this.database === undefined) throw new Error('the servers come first');
    const settings = {
      dataDir: this.layout.root,
      env,
      addresses: this.database,
      commandLineOf: this.surroundings.commandLineOf ?? commandLineOf,
    };
    await this.step('schemas', migrateSchemas(settings));
  }

  /** Runs before the services, so that a stream exists for the first event. */
  private async provision(): Promise<void> {
    const { config, env, logger } = this.surroundings;
    if (this.broker === undefined) throw new Error('the servers come first');
    this.provisioning = provisionStreams(this.broker, {
      replicas: config.streamReplicas,
      caFile: env['NATS_CA_FILE'],
      logger,
    });
    await this.step('streams', this.provisioning.start());
  }

  private async startServices(secrets: Credentials): Promise<void> {
    const { config, env } = this.surroundings;
    if (this.database === undefined || this.broker === undefined) throw new Error('the servers come first');
    // The statement belongs to the embedded database. With another database its charges would have no payments.
    const providerStatement = config.databaseUrl === undefined ? this.layout.providerStatement : undefined;
    const settings = {
      dataDir: this.layout.root,
      env,
      addresses: {
        ...this.database,
        ...this.broker,
        providerStatement,
        accounts: await prepareAccounts({
          ...this.surroundings,
          adminUrl: this.database.view().url,
          ports: this.processesOf('identity').map((name) => this.portOf(accountsOf(name))),
        }),
      },
      secrets: { ...secrets, keyEncryptionSecret: keyEncryptionSecretOf(secrets, config) },
      replicas: config.replicas,
      gatewayPortOf: (name: string) => this.gatewayPortOf(name),
      healthPortOf: (name: string) => this.portOf(healthOf(name)),
      accountsPortOf: (name: string) => this.portOf(accountsOf(name)),
      silentMs: config.silentMs,
      telemetryOf: (app: AppName, name: string) =>
        telemetryEnvironment(app, env, {
          tracesUrl: this.tracesUrl,
          metricsPort: this.portOf(metricsOf(name)),
        }),
      commandLineOf: this.surroundings.commandLineOf ?? commandLineOf,
    };
    this.services = await startServices(settings, this.superviseIn(this.processes));
    this.writeRunFile();
    writePrometheusFile(this.layout.root, this.viewServices(this.services));
    await this.step('services', waitUntilReady(this.gatewayUrls, this.processes));
  }

  private superviseIn(list: Supervised[]): Supervise {
    return (name, start, liveness) => {
      if (this.stopped) throw new Error('the platform is being stopped');
      const supervised = new Supervised({
        name,
        start,
        liveness,
        onChange: () => this.writeRunFile(),
        ...supervisorLog(name, this.surroundings.logger),
      });
      list.push(supervised);
      return supervised;
    };
  }

  /** Reports the duration of a step. @throws when the platform is being stopped */
  private async step<T>(what: string, work: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work;
    if (this.stopped) throw new Error('the platform is being stopped');
    this.surroundings.progress(
      `${what}: ready after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`,
    );
    return result;
  }

  private writeRunFile(): void {
    if (this.stopped || !this.database || !this.broker || !this.services) return;
    try {
      writeRunFile(this.layout.root, this.view(this.database, this.broker, this.services));
    } catch (error) {
      if (this.watch?.reportDeleted() === undefined) throw error;
    }
  }

  private view(database: Database, broker: Broker, services: Services): RunFile {
    return {
      platform: { pid: process.pid },
      gateway: { url: this.url, urls: this.gatewayUrls },
      services: this.viewServices(services),
      postgres: database.view(),
      nats: broker.view(),
      traces: this.tracesUrl === undefined ? null : { url: this.tracesUrl },
    };
  }

  private viewServices(services: Services): Record<string, ServiceView> {
    const answering = servesMetrics(this.surroundings.env);
    return viewsOf(services, (app) =>
      answering ? this.processesOf(app).map((name) => this.portOf(metricsOf(name))) : [],
    );
  }

  private processesOf(app: AppName): string[] {
    return processesOf(app, this.surroundings.config.replicas);
  }

  /** The first has the public port. The others are for a load balancer. */
  private get gatewayUrls(): string[] {
    return this.processesOf('gateway').map((name) => `http://localhost:${this.gatewayPortOf(name)}`);
  }

  private gatewayPortOf(name: string): number {
    return name === 'gateway' ? this.surroundings.config.port : this.portOf(name);
  }

  private portOf(name: string): number {
    const port = this.ports[name];
    if (port === undefined) throw new Error(`no port was chosen for ${name}`);
    return port;
  }
}
