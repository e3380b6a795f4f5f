import { SERVICES, type ServiceName } from '@doorbuster/contracts';
import { startProcess } from '@doorbuster/embedded';
import { markOf } from '../data-dir/leftovers.js';
import type { Supervise, Supervised } from '../supervision/supervised.js';
import { APPS, environmentOf, type Addresses, type AppName, type Secrets } from './environment.js';

export interface ServicesSettings {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  addresses: Addresses;
  secrets: Secrets;
  replicas: Record<ServiceName, number>;
  /** Arguments of Node. */
  commandLineOf: (app: AppName) => string[];
}

export type Services = Record<AppName, Supervised[]>;

/** Starts all services and the gateway at once; each waits by itself for what it needs. */
export async function startServices(settings: ServicesSettings, supervise: Supervise): Promise<Services> {
  const services = Object.fromEntries(
    APPS.map((app) => [
      app,
      replicasOf(app, settings).map((name) => supervise(name, () => launch(app, settings))),
    ]),
  ) as Services;
  await Promise.all(
    Object.values(services).flatMap((replicas) => replicas.map((replica) => replica.start())),
  );
  return services;
}

function replicasOf(app: AppName, { replicas }: ServicesSettings): string[] {
  const count = app === 'gateway' ? 1 : replicas[app];
  return Array.from({ length: count }, (_, index) => (index === 0 ? app : `${app}-${index + 1}`));
}

const launch = (app: AppName, { dataDir, env, addresses, secrets, commandLineOf }: ServicesSettings) =>
  startProcess({
    command: process.execPath,
    args: [...commandLineOf(app), markOf(dataDir)],
    env: environmentOf(app, env, addresses, secrets),
    output: 'inherit',
  });

/** Process ids as they are now, for run.json. */
export function pidsOf(services: Services): Record<string, { pids: number[] }> {
  const apps = [...SERVICES, 'gateway'] as const;
  return Object.fromEntries(
    apps.map((app) => [app, { pids: services[app].flatMap(({ pid }) => (pid === undefined ? [] : [pid])) }]),
  );
}
