import { SERVICES, type ServiceName } from '@doorbuster/contracts';
import { readTemplate, renamed } from '../repository.js';
import { replaceRegion } from './region.js';
import { MAX_CONNECTIONS } from './servers.js';

/** Variables of one service, in addition to those of all. */
const OWN_VARIABLES: Partial<Record<ServiceName, string>> = {
  payments: `
      # The simulated provider charges no money.
      PAYMENT_PROVIDER: simulated`,
};

const DEFAULT = 'doorbuster-development-only';

const ofEach = (line: (service: ServiceName, capitals: string) => string): string =>
  SERVICES.map((service) => line(service, service.toUpperCase())).join('\n');

export function composeFile(current: string): string {
  const template = readTemplate('deploy/compose-service.txt');
  const regions = {
    'max connections': `      - -cmax_connections=${MAX_CONNECTIONS}`,
    'database passwords': ofEach(
      (_, name) =>
        `      ${name}_DATABASE_PASSWORD: \${${name}_DATABASE_PASSWORD:-${DEFAULT}}\n` +
        `      ${name}_MIGRATOR_PASSWORD: \${${name}_MIGRATOR_PASSWORD:-${DEFAULT}}`,
    ),
    'broker passwords': ofEach(
      (_, name) => `      ${name}_NATS_PASSWORD: '"\${${name}_NATS_PASSWORD:-${DEFAULT}}"'`,
    ),
    services: ofEach((service) => composeService(renamed(template, service), service)),
    dependencies: ofEach((service) => `      ${service}: { condition: service_healthy }`),
  };
  return Object.entries(regions).reduce((text, [name, lines]) => replaceRegion(text, name, lines), current);
}

const composeService = (block: string, service: ServiceName): string =>
  block.replace(' *service-environment', (match) => match + (OWN_VARIABLES[service] ?? ''));
