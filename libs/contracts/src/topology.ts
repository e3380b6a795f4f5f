import { IMAGE_BUCKET } from './catalog/images.js';
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
import { SERVICES, type MessageContract, type ServiceName } from './message.js';
import { cartOrderChanged } from './orders/placing.js';
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

export const commandStream = (owner: string): string => `${owner.toUpperCase()}_COMMANDS`;
export const eventStream = (owner: string): string => `${owner.toUpperCase()}_EVENTS`;

type Subject = Pick<MessageContract, 'kind' | 'owner' | 'subject'>;

/** A durable pull consumer. Its dead letters go to `dlq.<name>`. */
interface ConsumerTopology {
  name: string;
  /** The only messages that it is delivered. Those of several streams share batches. */
  reads: readonly Subject[];
}

interface ServiceTopology {
  /** The commands that the service sends. */
  sends: readonly Subject[];
  consumers: readonly ConsumerTopology[];
  /** The service subscribes to its own events and may look up their stream. */
  readsOwnEvents: boolean;
  /** Buckets of JetStream's object store that only this service uses. */
  buckets: readonly string[];
}

/**
 * Which service sends and reads which messages. The provisioner creates streams and consumers from this, and
 * `natsPermissions` derives the permissions of each NATS user, so a service cannot publish or read anything else. A service
 * that is not in it publishes its own events and answers RPCs.
 */
const DECLARED: Partial<Record<ServiceName, Partial<ServiceTopology>>> = {
  catalog: {
    sends: [setAsideUnits, returnUnits],
    consumers: [
      {
        name: 'catalog-replies',
        reads: [unitsSetAside, unitsRefused, unitsReturned],
      },
    ],
    // Each replica drops changed products from its cache, and republishes everything to a new stream.
    readsOwnEvents: true,
    buckets: [IMAGE_BUCKET],
  },
  orders: {
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
      { name: 'orders-prices', reads: [productCreated, productChanged] },
      { name: 'orders-sales', reads: [saleChanged] },
      {
        name: 'orders-replies',
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
    consumers: [
      {
        name: 'inventory-commands',
        reads: [reserveStock, commitStock, releaseStock, restockOrder],
      },
      { name: 'inventory-sales', reads: [setAsideUnits, returnUnits] },
      {
        name: 'inventory-products',
        reads: [productCreated, productChanged],
      },
    ],
  },
  payments: {
    consumers: [
      {
        name: 'payments-commands',
        reads: [authorisePayment, capturePayment, voidPayment, refundPayment],
      },
    ],
  },
  cart: {
    consumers: [
      { name: 'cart-products', reads: [productCreated, productChanged] },
      { name: 'cart-orders', reads: [cartOrderChanged] },
    ],
  },
};

/** The topology of every service. */
export const TOPOLOGY = Object.fromEntries(
  SERVICES.map((service) => {
    const { sends = [], consumers = [], readsOwnEvents = false, buckets = [] } = DECLARED[service] ?? {};
    return [service, { sends, consumers, readsOwnEvents, buckets }];
  }),
) as Record<ServiceName, ServiceTopology>;

export interface StreamTopology {
  name: string;
  kind: 'commands' | 'events' | 'objects';
  subjects: string[];
}

/** Limit of one stream, which the broker reserves when the stream is created. */
export const STREAM_BYTES_MAX = 1024 ** 3;

/** The streams of a service: it alone publishes events and objects there, or handles the commands. */
export function streamsOf(service: ServiceName): StreamTopology[] {
  const { consumers, buckets } = TOPOLOGY[service];
  const takesCommands = consumers.some(({ reads }) => reads.some(({ kind }) => kind === 'command'));
  const deadLetters = consumers.map(({ name }) => `dlq.${name}`);
  const events: StreamTopology = {
    name: eventStream(service),
    kind: 'events',
    subjects: [`evt.${service}.>`, ...deadLetters],
  };
  const commands: StreamTopology[] = takesCommands
    ? [{ name: commandStream(service), kind: 'commands', subjects: [`cmd.${service}.>`] }]
    : [];
  return [...commands, events, ...buckets.map(bucketStream)];
}

/** As JetStream's object store names them: C has the chunks of objects, M their names and digests. */
const bucketStream = (bucket: string): StreamTopology => ({
  name: `OBJ_${bucket}`,
  kind: 'objects',
  subjects: [`$O.${bucket}.C.>`, `$O.${bucket}.M.>`],
});

/** A consumer on one of the streams that it reads. */
export interface DurableTopology {
  stream: string;
  name: string;
  /** The subjects that it is delivered. */
  subjects: string[];
}

/** The consumers of a service, with one entry for each stream that they read. */
export const durablesOf = (service: ServiceName): DurableTopology[] =>
  TOPOLOGY[service].consumers.flatMap(({ name, reads }) =>
    [...Map.groupBy(reads, streamOf)].map(([stream, ofStream]) => ({
      stream,
      name,
      subjects: ofStream.map(({ subject }) => subject),
    })),
  );

/** The stream of a message. */
export const streamOf = ({ kind, owner }: Pick<MessageContract, 'kind' | 'owner'>): string =>
  kind === 'command' ? commandStream(owner) : eventStream(owner);
