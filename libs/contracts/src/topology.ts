import { productChanged, productCreated } from './catalog/products.js';
import { saleChanged } from './catalog/sales.js';
import {
  returnUnits,
  setAsideUnits,
  unitsRefused,
  unitsReturned,
  unitsSetAside,
} from './inventory/allocations.js';
import {
  commitStock,
  orderRestocked,
  releaseStock,
  reserveStock,
  restockOrder,
  stockCommitRefused,
  stockCommitted,
  stockRefused,
  stockReleased,
  stockReserved,
} from './inventory/stock.js';
import type { MessageContract, ServiceName } from './message.js';
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

export const commandStream = (owner: ServiceName): string => `${owner.toUpperCase()}_COMMANDS`;
export const eventStream = (owner: ServiceName): string => `${owner.toUpperCase()}_EVENTS`;

type Subject = Pick<MessageContract, 'kind' | 'owner' | 'subject'>;

/** A durable pull consumer. Its dead letters go to `dlq.<name>`. */
export interface ConsumerTopology {
  name: string;
  /** The streams that it reads. Events of several streams share batches. */
  streams: string[];
  /** The only messages of those streams that it is delivered. */
  reads: readonly Subject[];
}

export interface ServiceTopology {
  /** The service has a command stream. Every service has an event stream. */
  takesCommands: boolean;
  /** The commands that the service sends. */
  sends: readonly Subject[];
  consumers: ConsumerTopology[];
  /** The service subscribes to its own events and may look up their stream. */
  readsOwnEvents?: boolean;
}

/**
 * Which service sends and reads which messages. The provisioner creates streams and consumers from this, and
 * `natsPermissions` derives the permissions of each NATS user, so a service cannot publish or read anything else.
 */
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
    // Each replica drops changed products from its cache, and republishes everything to a new stream.
    readsOwnEvents: true,
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

/** The streams of a service: it alone publishes events there, or handles the commands. */
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

/** A consumer on one of the streams that it reads. */
export interface DurableTopology {
  stream: string;
  name: string;
  /** The subjects that it is delivered. */
  subjects: string[];
}

/** The consumers of a service, with one entry for each stream that they read. */
export const durablesOf = (service: ServiceName): DurableTopology[] =>
  TOPOLOGY[service].consumers.flatMap(({ name, streams, reads }) =>
    streams.map((stream) => ({
      stream,
      name,
      subjects: reads.filter((read) => streamOf(read) === stream).map(({ subject }) => subject),
    })),
  );

/** The stream of a message. */
export const streamOf = ({ kind, owner }: Pick<MessageContract, 'kind' | 'owner'>): string =>
  kind === 'command' ? commandStream(owner) : eventStream(owner);
