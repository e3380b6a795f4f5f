import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as contracts from '../src/index.js';
import {
  durablesOf,
  NATS_USERS,
  natsPermissions,
  SERVICES,
  streamsOf,
  type MessageContract,
  type RpcContract,
  type ServiceName,
} from '../src/index.js';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const all: unknown[] = Object.values(contracts);
const messages = all.filter((value): value is MessageContract => isObject(value) && 'kind' in value);
const ofAllServices = Object.entries(contracts).flatMap(([name, value]): RpcContract[] =>
  typeof value === 'function' && /^(health|clock|list\w+|replay\w+)Of$/.test(name)
    ? SERVICES.map((service) => (value as (service: ServiceName) => RpcContract)(service))
    : [],
);
const rpcs = [
  ...all.filter((value): value is RpcContract => isObject(value) && 'response' in value),
  ...ofAllServices,
];

const names = {
  rpcs: rpcs.map(({ subject }) => subject).toSorted(),
  messages: messages.map(({ subject, type }) => `${subject} ${type}`).toSorted(),
  errorCodes: contracts.ERROR_CODES,
  streams: SERVICES.flatMap(streamsOf),
  consumers: SERVICES.flatMap(durablesOf),
  permissions: Object.fromEntries(NATS_USERS.map((user) => [user, natsPermissions(user)])),
};

/**
 * Releases run side by side and read each other's messages and streams, so a name that was released stays. Add new names to
 * the file; a removal needs a release in between that no longer uses the name.
 */
it('names that other releases and the broker know are unchanged', () => {
  const frozen: unknown = JSON.parse(readFileSync(new URL('./frozen-names.json', import.meta.url), 'utf8'));
  expect(names).toEqual(frozen);
});
