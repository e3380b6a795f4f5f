import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { assertSize, type ObjectStore } from './object-store.js';

interface S3Options {
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 32;
const ATTEMPTS_MAX = 3;

/** A bucket of any S3-compatible store. */
export class S3ObjectStore implements ObjectStore {
  readonly isDurable = true;
  private readonly client: S3Client;
  private readonly bucket: string;

  constructor({ endpoint, bucket, region, accessKeyId, secretAccessKey }: S3Options) {
    this.bucket = bucket;
    this.client = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      // `endpoint/bucket/key`: most S3-compatible stores have no domain for each bucket.
      forcePathStyle: true,
      maxAttempts: ATTEMPTS_MAX,
      // Older S3-compatible stores refuse the checksums that the SDK adds by default.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: TIMEOUT_MS,
        requestTimeout: TIMEOUT_MS,
        throwOnRequestTimeout: true,
        httpAgent: { maxSockets: CONNECTIONS_MAX },
        httpsAgent: { maxSockets: CONNECTIONS_MAX },
      },
    });
  }

  async put(key: string, bytes: Uint8Array, contentType: string): Promise<void> {
    assertSize(key, bytes);
    const object = { ...this.place(key), Body: bytes, ContentType: contentType };
    await this.client.send(new PutObjectCommand(object), within());
  }

  async get(key: string): Promise<ReadableStream<Uint8Array> | undefined> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand(this.place(key)), within());
      return Body?.transformToWebStream() as ReadableStream<Uint8Array> | undefined;
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand(this.place(key)), within());
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.place(key)), within());
  }

  close(): void {
    this.client.destroy();
  }

  private place(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: key };
  }
}

/** All attempts together end by then. */
const within = () => ({ abortSignal: AbortSignal.timeout(ATTEMPTS_MAX * TIMEOUT_MS) });
