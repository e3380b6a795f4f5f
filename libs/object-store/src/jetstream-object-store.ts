import { createHash } from 'node:crypto';
import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { Objm, type ObjectInfo, type ObjectStore as Bucket } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { assertSize, type ObjectStore } from './object-store.js';

/** Of each request to the broker. */
const TIMEOUT_MS = 2_000;
/** JetStream's error code of a stream that does not exist. */
const STREAM_NOT_FOUND = 10_059;

/** An object's bytes are not those that were stored. */
export class ObjectDamagedError extends Error {
  override readonly name = 'ObjectDamagedError';

  constructor(bucket: string, key: string) {
    super(`the object ${key} of the bucket ${bucket} is damaged; store it again`);
  }
}

/**
 * A bucket of JetStream's object store, which the provisioner creates. Chunks are read one by one, as messages of the
 * stream: the library's own reader needs the right to create consumers, and a consumer may deliver to any subject.
 */
export class JetStreamObjectStore implements ObjectStore {
  readonly isDurable = false;
  private opened: Promise<{ bucket: Bucket; jsm: JetStreamManager }> | undefined;

  /** The caller closes the connection. */
  constructor(
    private readonly nc: NatsConnection,
    private readonly name: string,
  ) {}

  async put(key: string, bytes: Uint8Array): Promise<void> {
    assertSize(key, bytes);
    const { bucket } = await this.open();
    await bucket.putBlob({ name: key }, bytes, { timeout: TIMEOUT_MS });
  }

  async get(key: string): Promise<ReadableStream<Uint8Array> | undefined> {
    const info = await this.info(key);
    return info ? ReadableStream.from(this.read(key, info)) : undefined;
  }

  async exists(key: string): Promise<boolean> {
    return (await this.info(key)) !== undefined;
  }

  async delete(key: string): Promise<void> {
    const { bucket } = await this.open();
    await unlessWiped(bucket.delete(key));
  }

  close(): void {}

  private async info(key: string): Promise<ObjectInfo | undefined> {
    const { bucket } = await this.open();
    const info = await unlessWiped(bucket.info(key));
    return info && !info.deleted ? info : undefined;
  }

  private async *read(key: string, { nuid, chunks, digest }: ObjectInfo): AsyncGenerator<Uint8Array> {
    const { jsm } = await this.open();
    const hash = createHash('sha256');
    let seq = 1;
    for (let i = 0; i < chunks; i += 1) {
      const query = { seq, next_by_subj: `$O.${this.name}.C.${nuid}` };
      const message = await jsm.streams.getMessage(`OBJ_${this.name}`, query);
      if (message === null) throw new ObjectDamagedError(this.name, key);
      hash.update(message.data);
      yield message.data;
      seq = message.seq + 1;
    }
    // Equal up to the padding.
    if (!digest.startsWith(`SHA-256=${hash.digest('base64url')}`))
      throw new ObjectDamagedError(this.name, key);
  }

  /** Sends nothing. */
  private open(): Promise<{ bucket: Bucket; jsm: JetStreamManager }> {
    this.opened ??= (async () => {
      const jsm = await jetstreamManager(this.nc, { timeout: TIMEOUT_MS, checkAPI: false });
      const bucket = await new Objm(jsm.jetstream()).open(this.name, false);
      return { bucket, jsm };
    })();
    return this.opened;
  }
}

/** A broker that lost its storage has no bucket until the provisioner has created it again. */
async function unlessWiped<T>(answer: Promise<T | null>): Promise<T | undefined> {
  try {
    return (await answer) ?? undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}
