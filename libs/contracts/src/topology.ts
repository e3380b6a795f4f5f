import { productChanged, productCreated } from './catalog/products.js';
import { saleChanged } from './catalog/sales.js';
import {
  returnUnits,
  setAsideUnits,
  unitsRefused,
  unitsReturned,
  unitsSetAside,
} from './inventory/sale-units.js';
import {
  commitStock,
  orderRestocked,
  releaseStock,
  reserveStock,
  restockOrder,
  stockCommitRefused,
  stockCommitted,
  stockDepleted,
  stockRefused,
  stockReleased,
  stockReplenished,
  stockReserved,
} from './inventory/stock.js';
import { SERVICES, type MessageContract, type ServiceName } from './message.js';
import {
  authorisePayment,
  capturePayment,
  paymentAuthorised,
  paymentCaptured,
  paymentCaptureRefused,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
  refundPayment,
  voidPayment,
} from './payments/payments.js';

/**
 * Who may say what to whom, in one place. Streams and consumers are created from this, and so are the
 * permissions of each NATS user, so a service cannot reach further than this page says.
 */
export const commandStream = (owner: ServiceName): string => `${owner.toUpperCase()}_COMMANDS`;
export const eventStream = (owner: ServiceName): string => `${owner.toUpperCase()}_EVENTS`;

type Subject = Pick<MessageContract, 'kind' | 'owner' | 'subject'>;

/** A durable pull consumer. Its subject for dead letters is `dlq.<name>`. */
export interface ConsumerTopology {
  name: string;
  /** The streams it reads; more than one makes one queue of them, so that their events share batches. */
  streams: string[];
  /** What it is delivered, and nothing else of those streams. */
  reads: readonly Subject[];
}

export interface ServiceTopology {
  /** Owns a stream of commands. Every service owns a stream of events. */
  takesCommands: boolean;
  /** The commands that this one sends. */
  sends: readonly Subject[];
  consumers: ConsumerTopology[];
  /** Hears its own events on a plain subscription, and notices when their stream is a new one. */
  hearsItself?: boolean;
}

export const TOPOLOGY: Record<ServiceName, ServiceTopology> = {
  catalog: {
    takesCommands: false,
    sends: [setAsideUnits, returnUnits],
    consumers: [
      {
        name: 'catalog-replies',
        streams: [eventStream('inventory')],
        reads: [unitsSetAside, unitsRefused, unitsReturned],
      },
    ],
    // Each replica drops from its cache what changed, and states everything anew to a stream that knows nothing.
    hearsItself: true,
  },
  orders: {
    takesCommands: false,
    sends: [
      reserveStock,
      commitStock,
      releaseStock,
      restockOrder,
      authorisePayment,
      capturePayment,
      voidPayment,
      refundPayment,
    ],
    consumers: [
      { name: 'orders-prices', streams: [eventStream('catalog')], reads: [productCreated, productChanged] },
      { name: 'orders-sales', streams: [eventStream('catalog')], reads: [saleChanged] },
      {
        name: 'orders-replies',
        streams: [eventStream('inventory'), eventStream('payments')],
        reads: [
          stockReserved,
          stockRefused,
          stockCommitted,
          stockCommitRefused,
          stockReleased,
          orderRestocked,
          paymentAuthorised,
          paymentDeclined,
          paymentCaptured,
          paymentCaptureRefused,
          paymentVoided,
          paymentRefunded,
        ],
      },
    ],
  },
  inventory: {
    takesCommands: true,
    sends: [],
    consumers: [
      {
        name: 'inventory-commands',
        streams: [commandStream('inventory')],
        reads: [reserveStock, commitStock, releaseStock, restockOrder],
      },
      { name: 'inventory-sales', streams: [commandStream('inventory')], reads: [setAsideUnits, returnUnits] },
      {
        name: 'inventory-products',
        streams: [eventStream('catalog')],
        reads: [productCreated, productChanged],
      },
    ],
  },
  payments: {
    takesCommands: true,
    sends: [],
    consumers: [
      {
        name: 'payments-commands',
        streams: [commandStream('payments')],
        reads: [authorisePayment, capturePayment, voidPayment, refundPayment],
      },
    ],
  },
};

export interface StreamTopology {
  name: string;
  kind: 'commands' | 'events';
  subjects: string[];
}

/** The streams that a service owns: it alone publishes events there, or takes the commands. */
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

/** A consumer on one of its streams. */
export interface DurableTopology {
  stream: string;
  name: string;
  /** Subjects of the stream that it is delivered. */
  subjects: string[];
}

/** The consumers of a service, one entry for each stream that they read. */
export const durablesOf = (service: ServiceName): DurableTopology[] =>
  TOPOLOGY[service].consumers.flatMap(({ name, streams, reads }) =>
    streams.map((stream) => ({
      stream,
      name,
      subjects: reads.filter((read) => streamOf(read) === stream).map(({ subject }) => subject),
    })),
  );

/** The stream that keeps messages of this contract. */
export const streamOf = ({ kind, owner }: Pick<MessageContract, 'kind' | 'owner'>): string =>
  kind === 'command' ? commandStream(owner) : eventStream(owner);

/** Only the provisioner makes streams and consumers. */
export const NATS_USERS = [...SERVICES, 'gateway', 'provisioner'] as const;
export type NatsUser = (typeof NATS_USERS)[number];

/** The default account of a NATS server, which all users share. KEDA's triggers name it. */
export const NATS_ACCOUNT = '$G';

/** Each user has its own inbox, so that no user can read another's replies. */
export const inboxPrefix = (user: NatsUser): string => `_INBOX_${user}`;

/** Where the gateway waits for the answers of one service. No other service may publish there. */
export const rpcInboxPrefix = (service: ServiceName): string => `${inboxPrefix('gateway')}.${service}`;

export interface NatsPermissions {
  publish: { allow: string[] };
  subscribe: { allow: string[] };
}

/** What a NATS user may publish and subscribe to; all else is a permissions violation. */
export function natsPermissions(user: NatsUser): NatsPermissions {
  switch (user) {
    case 'gateway':
      return gatewayPermissions;
    case 'provisioner':
      return provisionerPermissions();
    default:
      return servicePermissions(user);
  }
}

const gatewayPermissions: NatsPermissions = {
  publish: { allow: ['rpc.>'] },
  subscribe: {
    allow: [`${inboxPrefix('gateway')}.>`, 'evt.orders.>', stockDepleted.subject, stockReplenished.subject],
  },
};

/**
 * A user that may change a stream can have it republish to any subject, so this user is as powerful as all others together. It takes
 * nothing from the network, hears nothing but the answers of the broker, and deletes nothing.
 */
function provisionerPermissions(): NatsPermissions {
  const streams = SERVICES.flatMap(streamsOf).flatMap(({ name }) =>
    ['INFO', 'CREATE', 'UPDATE'].map((call) => `$JS.API.STREAM.${call}.${name}`),
  );
  const consumers = SERVICES.flatMap(durablesOf).flatMap(({ stream, name }) =>
    ['INFO', 'DURABLE.CREATE'].map((call) => `$JS.API.CONSUMER.${call}.${stream}.${name}`),
  );
  return {
    publish: { allow: [...streams, ...consumers] },
    subscribe: { allow: [`${inboxPrefix('provisioner')}.>`] },
  };
}

function servicePermissions(service: ServiceName): NatsPermissions {
  const { sends, consumers, hearsItself = false } = TOPOLOGY[service];
  const reads = durablesOf(service).flatMap(({ stream, name }) => [
    `$JS.API.CONSUMER.INFO.${stream}.${name}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
    `$JS.ACK.${stream}.${name}.>`,
    // The form with a domain and an account hash. With `*` for the domain it would also match acknowledgements of other consumers.
    `$JS.ACK._.*.${stream}.${name}.>`,
  ]);
  return {
    publish: {
      allow: [
        `evt.${service}.>`,
        ...consumers.map(({ name }) => `dlq.${name}`),
        ...sends.map(({ subject }) => subject),
        ...reads,
        ...(hearsItself ? [`$JS.API.STREAM.INFO.${eventStream(service)}`] : []),
        // NATS's `allow_responses` would let a service answer on any subject that a request names, `cmd.payments.refund-payment` too.
        `${rpcInboxPrefix(service)}.>`,
        // Inboxes of gateways of the previous release. Gateways of this release do not subscribe there.
        `${inboxPrefix('gateway')}.*`,
      ],
    },
    subscribe: {
      allow: [`${inboxPrefix(service)}.>`, `rpc.${service}.>`, ...(hearsItself ? [`evt.${service}.>`] : [])],
    },
  };
}
