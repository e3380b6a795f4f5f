import { natsConfig, optional, streamReplicas } from '@doorbuster/service/process';
import { LOG_LEVELS } from '@doorbuster/telemetry';
import { z } from 'zod';

/** The provisioner's environment. */
export const provisionerConfig = z.object({
  ...natsConfig,
  NATS_STREAM_REPLICAS: streamReplicas,
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** Port of `/healthz` and `/readyz`. */
  PORT: optional(z.coerce.number().int().min(0).max(65_535)).default(3000),
});
