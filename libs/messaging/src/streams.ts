import { isDeepStrictEqual } from 'node:util';
import { streamsOf, type ServiceName } from '@doorbuster/contracts';
import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstreamManager,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const GIB = 1024 ** 3;

/** Without the account look-up at the start, which waits for a server that may not be up yet. */
export const manager = (nc: NatsConnection, timeoutMs?: number): Promise<JetStreamManager> =>
  jetstreamManager(nc, { checkAPI: false, ...(timeoutMs !== undefined && { timeout: timeoutMs }) });

/**
 * Creates the streams that `service` owns, where they are missing. Gives the names of those it created.
 *
 * @param replicas copies of each. One that has more keeps them: a single process with an older environment must not take
 *   copies away from all
 * @param mend whether to change those that are configured otherwise: for a start, since replicas of two versions that
 *   did so again and again would undo each other's changes
 */
export async function ensureStreams(
  nc: NatsConnection,
  service: ServiceName,
  replicas: number,
  { mend }: { mend: boolean } = { mend: true },
): Promise<string[]> {
  const jsm = await manager(nc);
  const created: string[] = [];
  for (const { name, kind, subjects } of streamsOf(service)) {
    const present = (await infoOf(jsm, name))?.config;
    const config: Partial<StreamConfig> & { name: string } = {
      name,
      subjects,
      storage: StorageType.File,
      num_replicas: Math.max(replicas, present?.num_replicas ?? 1),
      max_bytes: GIB,
      max_age: nanos(7 * DAY_MS),
      duplicate_window: nanos(2 * MINUTE_MS),
      // A full command stream refuses, and the outbox keeps what was refused; a full event stream forgets the oldest.
      ...(kind === 'commands'
        ? { retention: RetentionPolicy.Workqueue, discard: DiscardPolicy.New }
        : { retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old }),
    };
    if (present === undefined) {
      await jsm.streams.add(config);
      created.push(name);
    } else if (mend && !isDeepStrictEqual({ ...present, ...config }, present)) {
      await jsm.streams.update(name, config);
    }
  }
  return created;
}

/** When the stream was created, which tells it from one of the same name before; `undefined` when there is none. */
export async function streamCreatedAt(nc: NatsConnection, stream: string): Promise<string | undefined> {
  return (await infoOf(await manager(nc), stream))?.created;
}

async function infoOf(jsm: JetStreamManager, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(stream);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  }
}
