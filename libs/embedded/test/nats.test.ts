import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { commandStream, inboxPrefix, type NatsUser } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNats, type TestNats } from '../src/testing.js';

describe('the embedded NATS', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startTestNats();
  });
  afterAll(() => nats.dispose());

  async function as<T>(
    user: NatsUser | 'admin',
    work: (connection: NatsConnection) => Promise<T>,
  ): Promise<T> {
    const { host, username, password } = new URL(nats.url(user));
    const connection = await connect({
      servers: host,
      user: username,
      pass: password,
      ...(user !== 'admin' && { inboxPrefix: inboxPrefix(user) }),
    });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  /** Resolves with whichever happens: the server refuses the subject, or an administrator hears the message. */
  const publish = (user: NatsUser, subject: string): Promise<string> =>
    as('admin', async (listener) => {
      const heard = firstMessage(listener, subject);
      await listener.flush();
      return as(user, async (speaker) => {
        const refused = firstViolation(speaker);
        speaker.publish(subject);
        return Promise.race([refused, heard]);
      });
    });

  it.each([
    ['inventory', 'cmd.payments.authorise-payment'],
    ['inventory', 'cmd.payments.x'],
    ['inventory', 'evt.orders.order-status-changed'],
    ['inventory', 'cmd.inventory.reserve-stock'],
    ['payments', '$JS.API.STREAM.DELETE.ORDERS_EVENTS'],
    ['catalog', 'rpc.orders.place-order'],
    ['gateway', 'cmd.inventory.reserve-stock'],
    ['gateway', 'evt.orders.order-status-changed'],
  ] as const)('refuses %s to publish on %s', async (user, subject) => {
    expect(await publish(user, subject)).toBe(`refused publish on ${subject}`);
  });

  it.each([
    ['orders', 'cmd.inventory.reserve-stock'],
    ['inventory', 'evt.inventory.stock-reserved'],
    ['gateway', 'rpc.orders.place-order'],
  ] as const)('lets %s publish on %s', async (user, subject) => {
    expect(await publish(user, subject)).toBe('heard');
  });

  it('lets the provisioner make streams, and no service, not even its own', async () => {
    const stream = { name: commandStream('inventory'), subjects: ['cmd.inventory.>'] };
    const make = (user: NatsUser) =>
      as(user, async (connection) =>
        (await jetstreamManager(connection, { checkAPI: false })).streams.add(stream),
      );
    await expect(make('inventory')).rejects.toThrow(/Permissions Violation/);
    expect((await make('provisioner')).config.subjects).toEqual(stream.subjects);
  });

  it('keeps an acknowledged message through kill -9, and loses all when its storage is wiped', async () => {
    await as('admin', async (connection) => {
      await (await jetstreamManager(connection)).streams.add({ name: 'KEPT', subjects: ['kept'] });
      await jetstream(connection).publish('kept', 'x');
    });
    const messagesKept = () =>
      as('admin', async (connection) => {
        const { streams } = await jetstreamManager(connection);
        return (await streams.info('KEPT')).state.messages;
      });

    await nats.kill();
    await nats.start();
    expect(await messagesKept()).toBe(1);

    await nats.stop();
    nats.wipe();
    await nats.start();
    await expect(messagesKept()).rejects.toThrow(/stream not found/);
  });
});

async function firstMessage(connection: NatsConnection, subject: string): Promise<string> {
  const heard = await connection.subscribe(subject, { max: 1 })[Symbol.asyncIterator]().next();
  return heard.done === true ? 'never heard' : 'heard';
}

async function firstViolation(connection: NatsConnection): Promise<string> {
  for await (const status of connection.status()) {
    if (status.type !== 'error' || !(status.error instanceof PermissionViolationError)) continue;
    return `refused ${status.error.operation} on ${status.error.subject}`;
  }
  return 'never refused';
}
