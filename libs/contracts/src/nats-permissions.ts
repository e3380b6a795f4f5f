import { stockDepleted, stockReplenished } from './inventory/stock.js';
import { SERVICES, type ServiceName } from './message.js';
import { durablesOf, eventStream, streamsOf, TOPOLOGY } from './topology.js';

/** Each service, the gateway, and the provisioner, which alone creates streams and consumers. */
export const NATS_USERS = [...SERVICES, 'gateway', 'provisioner'] as const;
export type NatsUser = (typeof NATS_USERS)[number];

/** The default account of a NATS server, which all users share. KEDA's triggers need its name. */
export const NATS_ACCOUNT = '$G';

/** Each user has its own inboxes, so that no user can read another's replies. */
export const inboxPrefix = (user: string): string => `_INBOX_${user}`;

/** The gateway's inboxes for replies of one service. No other service may publish there. */
export const rpcInboxPrefix = (service: ServiceName): string => `${inboxPrefix('gateway')}.${service}`;

export interface NatsPermissions {
  publish: { allow: string[] };
  subscribe: { allow: string[] };
}

/** The subjects that a NATS user may publish and subscribe to. Everything else is a permissions violation. */
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
 * A user that may update a stream can make it republish to any subject, so this user has the rights of all others together.
 * The provisioner accepts no connections, receives only the broker's replies, and deletes nothing.
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
  const { sends, consumers, readsOwnEvents, buckets } = TOPOLOGY[service];
  const reads = durablesOf(service).flatMap(({ stream, name }) => [
    `$JS.API.CONSUMER.INFO.${stream}.${name}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
    `$JS.ACK.${stream}.${name}.>`,
    // The form with a domain and an account hash. A `*` for the domain would also match acknowledgements of other consumers.
    `$JS.ACK._.*.${stream}.${name}.>`,
  ]);
  return {
    publish: {
      allow: [
        `evt.${service}.>`,
        ...consumers.map(({ name }) => `dlq.${name}`),
        ...sends.map(({ subject }) => subject),
        ...reads,
        ...(readsOwnEvents ? [`$JS.API.STREAM.INFO.${eventStream(service)}`] : []),
        ...buckets.flatMap(usesBucket),
        // With NATS's `allow_responses` a service could answer on any subject that a request names, even `cmd.payments.refund-payment`.
        `${rpcInboxPrefix(service)}.>`,
        // Inboxes of gateways of the previous release. Gateways of this release do not subscribe there.
        `${inboxPrefix('gateway')}.*`,
      ],
    },
    subscribe: {
      allow: [
        `${inboxPrefix(service)}.>`,
        `rpc.${service}.>`,
        ...(readsOwnEvents ? [`evt.${service}.>`] : []),
      ],
    },
  };
}

/**
 * Objects are read as single messages, which the broker wraps in its own JSON. A consumer or a direct get would deliver their
 * bytes as they are, to any subject that the request names, so a service could send commands of its own making.
 */
const usesBucket = (bucket: string): string[] => [
  `$O.${bucket}.C.*`,
  `$O.${bucket}.M.*`,
  `$JS.API.STREAM.MSG.GET.OBJ_${bucket}`,
  `$JS.API.STREAM.PURGE.OBJ_${bucket}`,
];
