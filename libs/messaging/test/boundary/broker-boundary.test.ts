import { connectNats, provision } from '@doorbuster/broker';
import { NATS_ACCOUNT, NATS_USERS, refundPayment, reserveStock, type NatsUser } from '@doorbuster/contracts';
import { eventually, startTestNats, type TestNats } from '@doorbuster/embedded/testing';
import { jetstreamManager, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import { PermissionViolationError, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBatch, MalformedBatchError } from '../../src/index.js';
import { isWithin, PATTERNS, STREAMS, SUBJECTS } from './fixtures/every-subject.js';
import { TABLE } from './fixtures/table.js';

let nats: TestNats;
let administrator: NatsConnection;
let admin: JetStreamManager;
const connections: NatsConnection[] = [];
beforeAll(async () => {
  nats = await startTestNats();
  await provision(await connectAs('provisioner'), { replicas: 1 });
  administrator = await connectNats(nats.url('admin'), 'provisioner');
  connections.push(administrator);
  admin = await jetstreamManager(administrator);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await nats?.dispose();
});

async function connectAs(user: NatsUser): Promise<NatsConnection> {
  const connection = await connectNats(nats.url(user), user);
  connections.push(connection);
  return connection;
}

type Operation = 'publish' | 'subscription';

/** Those of the subjects that the server did not refuse. */
async function allowed(
  user: NatsUser,
  operation: Operation,
  subjects: readonly string[],
  attempt: (connection: NatsConnection, subject: string) => void,
): Promise<string[]> {
  const connection = await connectAs(user);
  const refused = new Set<string>();
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type !== 'error' || !(status.error instanceof PermissionViolationError)) continue;
      if (status.error.operation === operation) refused.add(status.error.subject);
    }
  })();
  for (const subject of subjects) attempt(connection, subject);
  // The server answers in order: after this it has refused whatever it refuses.
  await connection.flush();
  await new Promise((resolve) => setImmediate(resolve));
  await connection.close();
  return subjects.filter((subject) => !refused.has(subject));
}

const expected = (patterns: readonly string[], subjects: readonly string[]): string[] =>
  subjects.filter((subject) => patterns.some((pattern) => isWithin(pattern, subject)));

describe.each(NATS_USERS)('the user %s', (user) => {
  it('may publish to the subjects of the table, and to no other', async () => {
    const mayPublish = await allowed(user, 'publish', SUBJECTS, (connection, subject) =>
      connection.publish(subject),
    );
    expect(mayPublish).toEqual(expected(TABLE[user].publish, SUBJECTS));
    // Every line of the table allows at least one subject.
    const idle = TABLE[user].publish.filter((line) => !mayPublish.some((subject) => isWithin(line, subject)));
    expect(idle).toEqual([]);
  });

  it('may subscribe to the subjects of the table, and to no other', async () => {
    const subjects = [...SUBJECTS, ...PATTERNS];
    const mayListen = await allowed(user, 'subscription', subjects, (connection, subject) =>
      connection.subscribe(subject, { callback: () => undefined }),
    );
    expect(mayListen).toEqual(expected(TABLE[user].subscribe, subjects));
  });
});

it('all users are in the account that the manifests name', async () => {
  const reply = await administrator.request('$SYS.REQ.USER.INFO');
  expect(reply.json<{ data: { account: string } }>().data.account).toBe(NATS_ACCOUNT);
});

const configurations = async (): Promise<StreamConfig[]> =>
  Promise.all(STREAMS.map(async (name) => (await admin.streams.info(name)).config));

describe.each(['catalog', 'orders', 'inventory', 'payments', 'gateway'] as const)('%s alone', (user) => {
  const changes: [string, Partial<StreamConfig>][] = [
    [
      'have its events republished as commands',
      { republish: { src: `evt.${user}.>`, dest: refundPayment.subject } },
    ],
    ['have its events republished as requests', { republish: { src: `evt.${user}.>`, dest: 'rpc.>' } }],
    ['read the history of another', { sources: [{ name: 'PAYMENTS_EVENTS' }] }],
    ['hear requests and their answers', { subjects: [`evt.${user}.>`, 'rpc.>', '_INBOX_gateway.>'] }],
  ];

  it.each(changes)('cannot %s by changing a stream', async (_, change) => {
    const before = await configurations();
    const connection = await connectAs(user);
    for (const config of before) {
      for (const call of [`STREAM.UPDATE.${config.name}`, 'STREAM.CREATE.ANOTHER']) {
        const request = connection.request(`$JS.API.${call}`, JSON.stringify({ ...config, ...change }));
        await expect(request).rejects.toThrow(`Permissions Violation for Publish to "$JS.API.${call}"`);
      }
    }
    expect(await configurations()).toEqual(before);
  });
});

/** The broker sends its own answers, and the messages of a consumer, to whatever subject a request names as its reply. */
describe('a reply subject that is another service’s', () => {
  const TARGETS = [refundPayment.subject, 'evt.orders.order-status-changed', 'rpc.orders.place-orders'];

  async function heardOn(subject: string): Promise<Msg[]> {
    const heard: Msg[] = [];
    administrator.subscribe(subject, { callback: (_, message) => void heard.push(message) });
    await administrator.flush();
    return heard;
  }

  it.each(TARGETS)(
    '%s: gets an acknowledgement of the broker, which is no batch and no request',
    async (to) => {
      const heard = await heardOn(to);
      const catalog = await connectAs('catalog');
      catalog.publish('evt.catalog.another', '[]', { reply: to });
      catalog.publish('$JS.API.STREAM.INFO.CATALOG_EVENTS', '', { reply: to });
      catalog.publish('$JS.API.CONSUMER.INFO.INVENTORY_EVENTS.catalog-replies', '', { reply: to });
      await eventually(() => (heard.length === 3 ? true : undefined), 'what the broker says');
      for (const { data } of heard) {
        expect(() => decodeBatch(data)).toThrow(MalformedBatchError);
        expect(JSON.parse(Buffer.from(data).toString())).not.toHaveProperty('data');
      }
    },
  );

  it.each(TARGETS)('%s: gets a message of its own consumer, which keeps its subject', async (to) => {
    const heard = await heardOn(to);
    administrator.publish('evt.inventory.units-returned', '[]');
    const catalog = await connectAs('catalog');
    const next = '$JS.API.CONSUMER.MSG.NEXT.INVENTORY_EVENTS.catalog-replies';
    catalog.publish(next, JSON.stringify({ batch: 1, expires: 5_000_000_000 }), { reply: to });
    const message = await eventually(() => heard[0], 'the message');
    expect(message.subject).toMatch(/^evt\.inventory\.units-/);
    // The stream keeps it, but no consumer of that stream delivers it.
    const { num_pending, num_ack_pending, config } = await admin.consumers.info(
      'PAYMENTS_COMMANDS',
      'payments-commands',
    );
    const { state } = await admin.streams.info('PAYMENTS_COMMANDS', { subjects_filter: 'cmd.>' });
    const commands = Object.entries(state.subjects ?? {})
      .filter(([subject]) => config.filter_subjects?.includes(subject))
      .reduce((sum, [, count]) => sum + count, 0);
    expect(num_pending + num_ack_pending).toBe(commands);
  });

  it.each(TARGETS)(
    '%s: gets an object of its own bucket only inside the answer of the broker',
    async (to) => {
      const heard = await heardOn(to);
      const catalog = await connectAs('catalog');
      const forged = JSON.stringify([{ id: 'forged' }]);
      // The answer says that the stream has it.
      await catalog.request('$O.product-images.C.forged', forged);
      const query = { last_by_subj: '$O.product-images.C.forged' };
      catalog.publish('$JS.API.STREAM.MSG.GET.OBJ_product-images', JSON.stringify(query), { reply: to });
      const { data } = await eventually(() => heard[0], 'the answer');
      expect(Buffer.from(data).toString()).toContain(Buffer.from(forged).toString('base64'));
      expect(() => decodeBatch(data)).toThrow(MalformedBatchError);
      expect(JSON.parse(Buffer.from(data).toString())).not.toHaveProperty('data');
    },
  );

  it('is answered by no service: the broker lets it answer only where the gateway waits for it', async () => {
    const catalog = await connectAs('catalog');
    const violation = new Promise<string>((resolve) => {
      void (async () => {
        for await (const status of catalog.status()) {
          if (status.type === 'error' && status.error instanceof PermissionViolationError) {
            resolve(`${status.error.operation} ${status.error.subject}`);
          }
        }
      })();
    });
    // Catalog receives its own events, so it can send itself a request.
    catalog.subscribe('evt.catalog.>', { callback: (_, message) => void message.respond('[]') });
    await catalog.flush();
    catalog.publish('evt.catalog.another', '[]', { reply: reserveStock.subject });
    expect(await violation).toBe(`publish ${reserveStock.subject}`);
  });

  it('is not reached by acknowledging a message of another’s consumer', async () => {
    const catalog = await connectAs('catalog');
    const inbox = catalog.subscribe('_INBOX_catalog.stolen', { max: 1, timeout: 500 });
    administrator.publish(reserveStock.subject, '[]');
    await administrator.flush();
    const disguised = '$JS.ACK.INVENTORY_COMMANDS.inventory-commands.INVENTORY_EVENTS.catalog-replies.1.1.1';
    catalog.publish(disguised, '+NXT', { reply: '_INBOX_catalog.stolen' });
    await expect(inbox[Symbol.asyncIterator]().next()).rejects.toThrow(/timeout/i);
  });
});
