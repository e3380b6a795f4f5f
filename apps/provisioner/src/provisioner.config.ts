import { logConfig, natsConfig, port, streamReplicas } from '@doorbuster/service/process';
import { z } from 'zod';

/** The provisioner's environment. */
export const provisionerConfig = z.object({
  ...natsConfig,
  NATS_STREAM_REPLICAS: streamReplicas,
  ...logConfig,
  /** Port of `/healthz` and `/readyz`. */
  PORT: port.default(3000),
});
