import { readConfig } from '@doorbuster/service';
import type { FactoryProvider } from '@nestjs/common';
import { z } from 'zod';

const catalogConfig = z.object({
  /** One cache for all replicas; without it each replica keeps its own in memory. */
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be redis://user:password@host:port, or unset' })
    .optional(),
});
export type CatalogConfig = z.infer<typeof catalogConfig>;

export const CATALOG_CONFIG = Symbol('catalog-config');

export const catalogConfigProvider: FactoryProvider<CatalogConfig> = {
  provide: CATALOG_CONFIG,
  useFactory: () => readConfig(catalogConfig),
};
