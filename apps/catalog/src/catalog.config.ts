import { configOf, pemFile, redisUrl } from '@doorbuster/service';
import { z } from 'zod';

const catalogConfig = z
  .object({
    /** A cache shared by all replicas. Without it each replica has its own in memory. */
    REDIS_URL: redisUrl.optional(),
    /** Path of a PEM file: the CA of a `rediss://` server. */
    REDIS_CA_FILE: pemFile.optional(),
  })
  .refine(
    ({ REDIS_URL, REDIS_CA_FILE }) =>
      REDIS_CA_FILE === undefined || REDIS_URL?.startsWith('rediss:') === true,
    {
      path: ['REDIS_URL'],
      error: 'must be rediss://... when there is a REDIS_CA_FILE',
    },
  );

export class CatalogConfig extends configOf(catalogConfig) {}
