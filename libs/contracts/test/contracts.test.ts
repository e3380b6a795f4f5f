import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as contracts from '../src/index.js';
import {
  dismissDeadLetterOf,
  healthOf,
  listDeadLettersOf,
  natsPermissions,
  replayDeadLetterOf,
  SERVICES,
  streamsOf,
  TOPOLOGY,
  type ChangesStateFor,
  type MessageContract,
  type RpcContract,
} from '../src/index.js';

const all = Object.entries(contracts) as [string, unknown][];
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const messages = all.filter(
  (entry): entry is [string, MessageContract] => isObject(entry[1]) && 'kind' in entry[1],
);
const rpcs = all.filter(
  (entry): entry is [string, RpcContract] => isObject(entry[1]) && 'response' in entry[1],
);

/** RPCs of one service, and those that every service has. */
const calls = [
  ...rpcs,
  ...SERVICES.flatMap((service) =>
    [healthOf, listDeadLettersOf, replayDeadLetterOf, dismissDeadLetterOf].map(
      (of) => [of(service).subject, of(service)] as const,
    ),
  ),
] as [string, RpcContract][];

/** Everything else changes state, in every service. */
const READS = /\.(get|list|find|health|clock)(-|$)/;
/** An admin makes all other changes. */
const CUSTOMERS_CHANGES = [
  'rpc.orders.cancel-order',
  'rpc.orders.place-orders',
  'rpc.cart.set-cart-item',
  'rpc.cart.remove-cart-item',
  'rpc.cart.merge-cart',
  'rpc.cart.begin-checkout',
  'rpc.cart.settle-checkout',
];
/** What an operator may repeat. */
const RETRIES = /^rpc\.(orders\.retry-saga|\w+\.replay-dead-letter)$/;
function roleFor(subject: string): ChangesStateFor | undefined {
  if (READS.test(subject)) return undefined;
  if (RETRIES.test(subject)) return 'operator';
  return CUSTOMERS_CHANGES.includes(subject) ? 'customer' : 'admin';
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe('the contracts', () => {
  it.each(messages)(
    '%s: subject and type have its name, kind and version',
    (name, { kind, owner, subject, type }) => {
      expect(subject).toBe(`${kind === 'command' ? 'cmd' : 'evt'}.${owner}.${kebab(name)}`);
      expect(type).toMatch(new RegExp(`^doorbuster\\.${owner}\\.${kebab(name)}\\.v[1-9]$`));
    },
  );

  it.each(rpcs)('%s: the subject has its name', (name, { owner, subject }) => {
    expect(subject).toBe(`rpc.${owner}.${kebab(name)}`);
  });

  it.each(messages)('%s: ignores fields that a newer release adds, at every level', (_, { schema }) => {
    const described = JSON.stringify(z.toJSONSchema(schema, { io: 'input' }));
    expect(described).toContain('"properties"');
    expect(described).not.toContain('"additionalProperties":false');
  });

  it.each(calls)('%s: ignores request fields that a newer gateway adds, at every level', (_, { request }) => {
    expect(JSON.stringify(z.toJSONSchema(request, { io: 'input' }))).not.toContain(
      '"additionalProperties":false',
    );
  });

  it.each(calls)('%s: is a read, or a change by the role that may call it', (_, call) => {
    const { owner, subject, changesStateFor, request } = call;
    expect(changesStateFor, 'the verb of a read is one of READS').toBe(roleFor(subject));
    expect(SERVICES).toContain(owner);
    if (changesStateFor === undefined) return;
    const described = JSON.stringify(z.toJSONSchema(request, { io: 'input' }));
    expect(described).toMatch(/"required":\[[^\]]*"(actor|customerId)"/);
  });

  it('that customers may change something by are all there', () => {
    const subjects = calls.map(([, { subject }]) => subject);
    expect(subjects).toEqual(expect.arrayContaining(CUSTOMERS_CHANGES));
  });

  it('have unique subjects and types', () => {
    const names = [...messages.map(([, { type }]) => type), ...rpcs.map(([, { subject }]) => subject)];
    expect(new Set(names).size).toBe(names.length);
  });

  it('have a stream for every message, and a consumer for every command', () => {
    const subjects = SERVICES.flatMap(streamsOf).flatMap((stream) => stream.subjects);
    for (const [, { kind, owner }] of messages) {
      expect(subjects).toContain(`${kind === 'command' ? 'cmd' : 'evt'}.${owner}.>`);
      if (kind === 'command')
        expect(TOPOLOGY[owner as contracts.ServiceName].consumers.length).toBeGreaterThan(0);
    }
  });
});

describe('the permissions of a NATS user', () => {
  const matches = (pattern: string, subject: string): boolean => {
    const [wanted, given] = [pattern.split('.'), subject.split('.')];
    const rest = wanted.at(-1) === '>';
    if (rest ? given.length < wanted.length : given.length !== wanted.length) return false;
    return wanted.every((token, i) => token === '*' || token === '>' || token === given[i]);
  };
  const mayPublish = (user: contracts.NatsUser, subject: string): boolean =>
    natsPermissions(user).publish.allow.some((pattern) => matches(pattern, subject));

  it.each(SERVICES)('let %s publish its own events only', (service) => {
    for (const owner of SERVICES)
      expect(mayPublish(service, `evt.${owner}.something`)).toBe(owner === service);
  });

  it('let only orders send the commands of a checkout', () => {
    for (const user of SERVICES) {
      for (const subject of ['cmd.inventory.reserve-stock', 'cmd.payments.authorise-payment']) {
        expect(mayPublish(user, subject)).toBe(user === 'orders');
      }
    }
  });

  it('let catalog send the commands for sale allocations', () => {
    expect(mayPublish('catalog', 'cmd.inventory.set-aside-units')).toBe(true);
    expect(mayPublish('catalog', 'cmd.inventory.return-units')).toBe(true);
    expect(mayPublish('payments', 'cmd.inventory.return-units')).toBe(false);
  });

  it('let the gateway call RPCs and publish nothing else', () => {
    expect(mayPublish('gateway', 'rpc.orders.place-order')).toBe(true);
    for (const subject of ['cmd.inventory.x', 'evt.orders.x', '$JS.API.STREAM.DELETE.ORDERS_EVENTS']) {
      expect(mayPublish('gateway', subject)).toBe(false);
    }
    for (const service of SERVICES) expect(mayPublish(service, 'rpc.orders.place-order')).toBe(false);
  });

  it('deny access to streams and consumers of other services', () => {
    expect(mayPublish('inventory', '$JS.API.STREAM.DELETE.PAYMENTS_COMMANDS')).toBe(false);
    expect(mayPublish('inventory', '$JS.API.CONSUMER.MSG.NEXT.CATALOG_EVENTS.orders-prices')).toBe(false);
    expect(mayPublish('orders', '$JS.API.STREAM.PURGE.INVENTORY_EVENTS')).toBe(false);
  });
});
