import { SERVICES, type ServiceName } from './message.js';

/**
 * Who may say what to whom, in one place. Streams and consumers are created from this, and so are the
 * permissions of each service's NATS user, so a service cannot reach further than this page says.
 */
export const commandStream = (owner: ServiceName): string => `${owner.toUpperCase()}_COMMANDS`;
export const eventStream = (owner: ServiceName): string => `${owner.toUpperCase()}_EVENTS`;

/** A durable pull consumer. Its subject for dead letters is `dlq.<name>`. */
export interface ConsumerTopology {
  name: string;
  /** The streams it reads; more than one makes one queue of them, so that their events share batches. */
  streams: string[];
}

export interface ServiceTopology {
  /** Owns a stream of commands. Every service owns a stream of events. */
  takesCommands: boolean;
  /** Subjects of the commands that this one sends. */
  sendsCommands: string[];
  consumers: ConsumerTopology[];
}

export const TOPOLOGY: Record<ServiceName, ServiceTopology> = {
  catalog: {
    takesCommands: false,
    sendsCommands: ['cmd.inventory.set-aside-units', 'cmd.inventory.return-units'],
    consumers: [{ name: 'catalog-replies', streams: [eventStream('inventory')] }],
  },
  orders: {
    takesCommands: false,
    sendsCommands: ['cmd.inventory.>', 'cmd.payments.>'],
    consumers: [
      { name: 'orders-prices', streams: [eventStream('catalog')] },
      { name: 'orders-sales', streams: [eventStream('catalog')] },
      { name: 'orders-replies', streams: [eventStream('inventory'), eventStream('payments')] },
    ],
  },
  inventory: {
    takesCommands: true,
    sendsCommands: [],
    consumers: [
      { name: 'inventory-commands', streams: [commandStream('inventory')] },
      { name: 'inventory-sales', streams: [commandStream('inventory')] },
      { name: 'inventory-products', streams: [eventStream('catalog')] },
    ],
  },
  payments: {
    takesCommands: true,
    sendsCommands: [],
    consumers: [{ name: 'payments-commands', streams: [commandStream('payments')] }],
  },
};

export interface StreamTopology {
  name: string;
  kind: 'commands' | 'events';
  subjects: string[];
}

/** The streams that a service creates and owns. */
export function streamsOf(service: ServiceName): StreamTopology[] {
  const { takesCommands, consumers } = TOPOLOGY[service];
  const deadLetters = consumers.map(({ name }) => `dlq.${name}`);
  const events: StreamTopology = {
    name: eventStream(service),
    kind: 'events',
    subjects: [`evt.${service}.>`, ...deadLetters],
  };
  if (!takesCommands) return [events];
  return [{ name: commandStream(service), kind: 'commands', subjects: [`cmd.${service}.>`] }, events];
}

export const NATS_USERS = [...SERVICES, 'gateway'] as const;
export type NatsUser = (typeof NATS_USERS)[number];

/** Each user has its own inbox, so that nobody can listen to another's replies. */
export const inboxPrefix = (user: NatsUser): string => `_INBOX_${user}`;

export interface NatsPermissions {
  publish: { allow: string[] };
  subscribe: { allow: string[] };
  /** A responder may answer a request on whatever inbox it came with. */
  allow_responses: boolean;
}

/** What the NATS user of a service may publish and subscribe to; all else is a permissions violation. */
export function natsPermissions(user: NatsUser): NatsPermissions {
  const inbox = `${inboxPrefix(user)}.>`;
  if (user === 'gateway') {
    return {
      publish: { allow: ['rpc.>'] },
      subscribe: {
        allow: [inbox, 'evt.orders.>', 'evt.inventory.stock-depleted', 'evt.inventory.stock-replenished'],
      },
      allow_responses: false,
    };
  }
  const { sendsCommands, consumers } = TOPOLOGY[user];
  const reads = consumers.flatMap(({ name, streams }) =>
    streams.flatMap((stream) => [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.CONSUMER.*.${stream}.${name}`,
      `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${name}`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
      `$JS.ACK.${stream}.${name}.>`,
      `$JS.ACK.*.*.${stream}.${name}.>`, // the form with domain and account hash in front
    ]),
  );
  return {
    publish: {
      allow: [
        `evt.${user}.>`,
        ...consumers.map(({ name }) => `dlq.${name}`),
        ...sendsCommands,
        '$JS.API.INFO',
        ...streamsOf(user).map(({ name }) => `$JS.API.STREAM.*.${name}`),
        ...new Set(reads),
      ],
    },
    // Catalog listens to its own events to drop what it has cached.
    subscribe: { allow: [inbox, `rpc.${user}.>`, ...(user === 'catalog' ? ['evt.catalog.>'] : [])] },
    allow_responses: true,
  };
}
