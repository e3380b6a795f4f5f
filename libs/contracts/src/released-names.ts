import * as contracts from './index.js';

type RpcContract = contracts.RpcContract;
type MessageContract = contracts.MessageContract;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const all: unknown[] = Object.values(contracts);
const messages = all.filter((value): value is MessageContract => isObject(value) && 'kind' in value);
const ofAllServices = Object.entries(contracts).flatMap(([name, value]): RpcContract[] =>
  typeof value === 'function' && /^(health|clock|list\w+|replay\w+|dismiss\w+)Of$/.test(name)
    ? contracts.SERVICES.map((service) => (value as (service: contracts.ServiceName) => RpcContract)(service))
    : [],
);
const rpcs = [
  ...all.filter((value): value is RpcContract => isObject(value) && 'response' in value),
  ...ofAllServices,
];

/** All names that other releases and the broker know. Releases run side by side and read each other's messages and streams. */
export const releasedNames = {
  rpcs: rpcs.map(({ subject }) => subject).toSorted(),
  messages: messages.map(({ subject, type }) => `${subject} ${type}`).toSorted(),
  errorCodes: contracts.ERROR_CODES,
  streams: contracts.SERVICES.flatMap(contracts.streamsOf),
  consumers: contracts.SERVICES.flatMap(contracts.durablesOf),
  permissions: Object.fromEntries(
    contracts.NATS_USERS.map((user) => [user, contracts.natsPermissions(user)]),
  ),
};
