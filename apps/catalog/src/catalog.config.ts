import { configOf, pemFile, redisUrl } from '@doorbuster/service';
import { httpUrl } from '@doorbuster/service/process';
import { z } from 'zod';

const catalogConfig = z
  .object({
    /** A cache shared by all replicas. Without it each replica has its own in memory. */
    REDIS_URL: redisUrl.optional(),
    /** Path of a PEM file: the CA of a `rediss://` server. */
    REDIS_CA_FILE: pemFile.optional(),
    /** An S3-compatible store for the files of images. Without it they are in PostgreSQL and in JetStream's object store. */
    S3_ENDPOINT: httpUrl('the address of an S3-compatible store').optional(),
    S3_BUCKET: z.string().optional(),
    S3_REGION: z.string().optional(),
    S3_ACCESS_KEY_ID: z.string().optional(),
    S3_SECRET_ACCESS_KEY: z.string().optional(),
  })
  .refine(
    ({ REDIS_URL, REDIS_CA_FILE }) =>
      REDIS_CA_FILE === undefined || REDIS_URL?.startsWith('rediss:') === true,
    {
      path: ['REDIS_URL'],
      error: 'must be rediss://... when there is a REDIS_CA_FILE',
    },
  )
  .superRefine((env, context) => {
    if (env.S3_ENDPOINT === undefined) return;
    for (const name of ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const)
      if (!env[name])
        context.addIssue({ code: 'custom', path: [name], message: 'must be set beside S3_ENDPOINT' });
  });

export class CatalogConfig extends configOf(catalogConfig) {}
