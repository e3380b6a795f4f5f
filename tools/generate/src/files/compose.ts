import type { ServiceName } from '@doorbuster/contracts';
import { readTemplate, renamed } from '../repository.js';
import { DEVELOPMENT_PASSWORD, ofEach } from './of-each.js';
import { replaceRegions } from './region.js';
import { MAX_CONNECTIONS } from './servers.js';

/** Variables of one service, in addition to those of all. */
const OWN_VARIABLES: Partial<Record<ServiceName, string>> = {
  payments: `
      # The simulated provider charges no money.
      PAYMENT_PROVIDER: simulated`,
  identity: `
      # Where browsers reach the gateway. The issuer of tokens is this address with /id.
      PUBLIC_URL: \${PUBLIC_URL:-http://localhost:3000}
      # Encrypts the keys that sign tokens.
      KEY_ENCRYPTION_SECRET: \${KEY_ENCRYPTION_SECRET:-${DEVELOPMENT_PASSWORD}-encryption}
      # Of operator@doorbuster.example, whose account is made at the first start.
      FIRST_OPERATOR_PASSWORD: \${FIRST_OPERATOR_PASSWORD:-${DEVELOPMENT_PASSWORD}}`,
};

/** Limits of a service that needs others than `x-app` has. */
const OWN_LIMITS: Partial<Record<ServiceName, string>> = {
  // An image of 25 megapixels takes 100 MB to decode.
  catalog: `
    deploy: { resources: { limits: { cpus: '1', memory: 384M, pids: 64 } } }`,
};

export function composeFile(current: string): string {
  const template = readTemplate('deploy/compose-service.txt');
  return replaceRegions(current, {
    'max connections': `      - -cmax_connections=${MAX_CONNECTIONS}`,
    'database passwords': ofEach(
      (_, name) =>
        `      ${name}_DATABASE_PASSWORD: \${${name}_DATABASE_PASSWORD:-${DEVELOPMENT_PASSWORD}}\n` +
        `      ${name}_MIGRATOR_PASSWORD: \${${name}_MIGRATOR_PASSWORD:-${DEVELOPMENT_PASSWORD}}`,
    ),
    'broker passwords': ofEach(
      (_, name) => `      ${name}_NATS_PASSWORD: '"\${${name}_NATS_PASSWORD:-${DEVELOPMENT_PASSWORD}}"'`,
    ),
    services: ofEach((service) => composeService(renamed(template, service), service)),
    dependencies: ofEach((service) => `      ${service}: { condition: service_healthy }`),
  });
}

const composeService = (block: string, service: ServiceName): string =>
  block
    .replace(' *service-environment', (match) => match + (OWN_VARIABLES[service] ?? ''))
    .replace(/\n*$/, (end) => (OWN_LIMITS[service] ?? '') + end);
