import { isDeepStrictEqual } from 'node:util';
import {
  durablesOf,
  SERVICES,
  STREAM_BYTES_MAX,
  streamsOf,
  type DurableTopology,
  type StreamTopology,
} from '@doorbuster/contracts';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstreamManager,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const ACK_PENDING_MAX = 4096;
const ACK_WAIT_MS = 30_000;
/** With the longest nak delay of 30 s, messages survive three days without a database. */
const DELIVERIES_MAX = 10_000;

/** A full command stream refuses messages, and the outbox keeps them. A full event stream drops the oldest. */
const BY_KIND: Record<StreamTopology['kind'], Partial<StreamConfig>> = {
  commands: {
    max_age: nanos(7 * DAY_MS),
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
  },
  events: { max_age: nanos(7 * DAY_MS), retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old },
  // As the object store's clients expect it, except that nothing is read directly.
  objects: {
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: true,
    allow_direct: false,
  },
};

/** No account look-up at the start, which would wait for the server. */
export const manager = (nc: NatsConnection, timeoutMs?: number): Promise<JetStreamManager> =>
  jetstreamManager(nc, { checkAPI: false, ...(timeoutMs !== undefined && { timeout: timeoutMs }) });

export interface ProvisionOptions {
  /** By default those of the topology in libs/contracts. */
  streams?: readonly StreamTopology[];
  consumers?: readonly DurableTopology[];
  /** Copies of each stream. A stream that has more keeps them, so that an older environment removes none. */
  replicas: number;
  /**
   * Whether to update streams and consumers that differ; `true` by default. Use it at the start only: repeated updates by
   * provisioners of two releases would undo each other.
   */
  mend?: boolean;
}

/**
 * Creates missing streams and consumers. Several provisioners may do so at the same time.
 * @returns the names of the streams that it created
 * @throws when the broker does not answer or refuses
 */
export async function provision(
  nc: NatsConnection,
  {
    streams = SERVICES.flatMap(streamsOf),
    consumers = SERVICES.flatMap(durablesOf),
    replicas,
    mend = true,
  }: ProvisionOptions,
): Promise<string[]> {
  const jsm = await manager(nc);
  const created = await Promise.all(streams.map((stream) => ensureStream(jsm, stream, replicas, mend)));
  await Promise.all(consumers.map((durable) => ensureConsumer(jsm, durable, mend)));
  return streams.filter((_, index) => created[index]).map(({ name }) => name);
}

/** Creation time, which distinguishes the stream from an earlier one of the same name; `undefined` when it is missing. */
export async function streamCreatedAt(nc: NatsConnection, stream: string): Promise<string | undefined> {
  const jsm = await manager(nc);
  return (await unlessMissing(jsm.streams.info(stream)))?.created;
}

/** @returns whether it was missing */
async function ensureStream(
  jsm: JetStreamManager,
  { name, kind, subjects }: StreamTopology,
  replicas: number,
  mend: boolean,
): Promise<boolean> {
  const present = (await unlessMissing(jsm.streams.info(name)))?.config;
  const config: Partial<StreamConfig> & { name: string } = {
    name,
    subjects,
    storage: StorageType.File,
    num_replicas: Math.max(replicas, present?.num_replicas ?? 1),
    max_bytes: STREAM_BYTES_MAX,
    duplicate_window: nanos(2 * MINUTE_MS),
    ...BY_KIND[kind],
  };
  if (present === undefined) {
    await jsm.streams.add(config);
    return true;
  }
  if (mend && !isDeepStrictEqual({ ...present, ...config }, present)) await jsm.streams.update(name, config);
  return false;
}

async function ensureConsumer(
  jsm: JetStreamManager,
  { stream, name, subjects }: DurableTopology,
  mend: boolean,
): Promise<void> {
  const config = {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_deliver: DELIVERIES_MAX,
    max_ack_pending: ACK_PENDING_MAX,
    deliver_policy: DeliverPolicy.All,
  };
  const present = (await unlessMissing(jsm.consumers.info(stream, name)))?.config;
  if (present === undefined) {
    await jsm.consumers.add(stream, { ...config, filter_subjects: subjects });
    return;
  }
  // An older provisioner must not remove subjects that a newer one added: the consumer would skip their messages permanently.
  const read = new Set(subjectsOf(present));
  const wider = [...read.union(new Set(subjects))];
  // Only differences are written: a newer provisioner may have changed the consumer since it was read.
  if (!mend || (wider.length === read.size && isDeepStrictEqual({ ...present, ...config }, present))) return;
  await jsm.consumers.update(stream, name, { ...config, filter_subjects: wider });
}

async function unlessMissing<T>(info: Promise<T>): Promise<T | undefined> {
  try {
    return await info;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  }
}

const subjectsOf = ({ filter_subject, filter_subjects = [] }: ConsumerConfig): string[] =>
  filter_subject === undefined ? filter_subjects : [filter_subject];
