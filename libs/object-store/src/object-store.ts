/** An object has at most this many bytes. */
export const OBJECT_BYTES_MAX = 8 * 1024 ** 2;

/** Bytes by key. Every call ends within its timeout. */
export interface ObjectStore {
  /** Whether objects survive the loss of the message broker's storage. */
  readonly isDurable: boolean;
  /** Stores an object, in place of one with this key. @throws {ObjectTooLargeError} */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** @returns `undefined` when there is no object. The stream ends with an error when the object is damaged. */
  get(key: string): Promise<ReadableStream<Uint8Array> | undefined>;
  exists(key: string): Promise<boolean>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
  close(): void;
}

export class ObjectTooLargeError extends Error {
  override readonly name = 'ObjectTooLargeError';

  constructor(key: string) {
    super(`the object ${key} has more than ${OBJECT_BYTES_MAX} bytes; store it in parts`);
  }
}

/** The bytes of an object as a whole. @throws {ObjectTooLargeError} */
export async function collect(key: string, stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > OBJECT_BYTES_MAX) throw new ObjectTooLargeError(key);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function assertSize(key: string, bytes: Uint8Array): void {
  if (bytes.length > OBJECT_BYTES_MAX) throw new ObjectTooLargeError(key);
}
