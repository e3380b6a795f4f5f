import { startProcess } from '@doorbuster/embedded';
import { markOf } from '../data-dir/leftovers.js';
import type { ServiceView } from '../data-dir/run-file.js';
import type { Supervise, Supervised } from '../supervision/supervised.js';
import { serviceOutput } from './service-output.js';
import { APPS, environmentOf, type Addresses, type AppName, type Secrets } from './environment.js';

const LOCALHOST = '127.0.0.1';

export interface ServicesSettings {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  addresses: Addresses;
  secrets: Secrets;
  replicas: Record<AppName, number>;
  /** Of a gateway, by its name. */
  gatewayPortOf: (name: string) => number;
  /** The liveness endpoint of a service, by its name. */
  healthPortOf: (name: string) => number;
  /** Where identity serves accounts, by its name. */
  accountsPortOf: (name: string) => number;
  /** A process that does not answer for this long is killed; `null` disables the check. */
  silentMs: number | null;
  /** What a process is told about its telemetry, by its name. */
  telemetryOf: (app: AppName, name: string) => NodeJS.ProcessEnv;
  /** Arguments of Node. */
  commandLineOf: (app: AppName) => string[];
}

export type Services = Record<AppName, Supervised[]>;

/** Starts all services and the gateway at once; each waits by itself for what it needs. */
export async function startServices(settings: ServicesSettings, supervise: Supervise): Promise<Services> {
  const services = Object.fromEntries(
    APPS.map((app) => [
      app,
      processesOf(app, settings.replicas).map((name) =>
        supervise(name, () => launch(app, name, settings), livenessOf(app, name, settings)),
      ),
    ]),
  ) as Services;
  await Promise.all(
    Object.values(services).flatMap((replicas) => replicas.map((replica) => replica.start())),
  );
  return services;
}

/** What the processes of an app are called. */
export function processesOf(app: AppName, replicas: Record<AppName, number>): string[] {
  return Array.from({ length: replicas[app] }, (_, index) => (index === 0 ? app : `${app}-${index + 1}`));
}

function launch(app: AppName, name: string, settings: ServicesSettings) {
  const { dataDir, addresses, secrets, commandLineOf, telemetryOf } = settings;
  const env =
    app === 'gateway' ? { ...settings.env, PORT: String(settings.gatewayPortOf(name)) } : settings.env;
  const health = app === 'gateway' ? {} : { PORT: String(settings.healthPortOf(name)), HOST: LOCALHOST };
  const accounts =
    app === 'identity'
      ? { IDENTITY_PORT: String(settings.accountsPortOf(name)), IDENTITY_HOST: LOCALHOST }
      : {};
  const shown = serviceOutput(name, env);
  return startProcess({
    command: process.execPath,
    args: [...commandLineOf(app), markOf(dataDir)],
    env: {
      ...environmentOf(app, env, addresses, secrets),
      ...health,
      ...accounts,
      ...telemetryOf(app, name),
      ...shown.env,
    },
    output: shown.output,
  });
}

function livenessOf(app: AppName, name: string, settings: ServicesSettings) {
  const { gatewayPortOf, healthPortOf, silentMs } = settings;
  if (silentMs === null) return undefined;
  const port = app === 'gateway' ? gatewayPortOf(name) : healthPortOf(name);
  return { url: `http://${LOCALHOST}:${port}/healthz`, silentMs };
}

/** Process ids and addresses of metrics as they are now, for run.json. */
export const viewsOf = (
  services: Services,
  metricsPortsOf: (app: AppName) => number[],
): Record<string, ServiceView> =>
  Object.fromEntries(
    APPS.map((app) => [
      app,
      {
        pids: services[app].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
        metrics: metricsPortsOf(app).map((port) => `http://${LOCALHOST}:${port}/metrics`),
      },
    ]),
  );
