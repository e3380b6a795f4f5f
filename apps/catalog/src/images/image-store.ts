import { IMAGE_BUCKET } from '@doorbuster/contracts';
import { JetStreamObjectStore, type ObjectStore } from '@doorbuster/object-store';
import type { NatsConnection } from '@nats-io/transport-node';
import type { CatalogConfig } from '../catalog.config.js';

/** Injection token of the object store that has the files of images, whose type is an interface. */
export const IMAGE_STORE = Symbol('image store');

/** S3 when it is configured, else JetStream. The configuration is complete: it is validated at the start. */
export async function openImageStore(config: CatalogConfig, nc: NatsConnection): Promise<ObjectStore> {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket = '', S3_REGION: region = 'us-east-1' } = config;
  if (endpoint === undefined) return new JetStreamObjectStore(nc, IMAGE_BUCKET);
  const { S3_ACCESS_KEY_ID: accessKeyId = '', S3_SECRET_ACCESS_KEY: secretAccessKey = '' } = config;
  // Only here, since its SDK takes a third of a second and 30 MB to load.
  const { S3ObjectStore } = await import('@doorbuster/object-store/s3');
  return new S3ObjectStore({ endpoint, bucket, region, accessKeyId, secretAccessKey });
}
