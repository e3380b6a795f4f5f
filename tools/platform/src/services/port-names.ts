import { SERVICES } from '@doorbuster/contracts';
import { APPS, type AppName } from './environment.js';

/** The names of a process's ports in `ports.json`. */
export const healthOf = (processName: string): string => `health-${processName}`;
export const accountsOf = (processName: string): string => `accounts-${processName}`;
export const metricsOf = (processName: string): string => `metrics-${processName}`;

/** All ports that are picked free. The first gateway has the public port. */
export function portNames(processesOf: (app: AppName) => string[]): string[] {
  return [
    'postgres',
    'nats',
    'traces',
    ...processesOf('gateway').slice(1),
    ...SERVICES.flatMap(processesOf).map(healthOf),
    ...processesOf('identity').map(accountsOf),
    ...APPS.flatMap(processesOf).map(metricsOf),
  ];
}
