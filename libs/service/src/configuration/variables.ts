import { LOG_LEVELS } from '@doorbuster/telemetry';
import { z } from 'zod';

/** A variable that may be absent or empty. Compose files and shells pass unset variables as empty text. */
export const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const NATS_URL_FORM =
  'must be nats://user:password@host:port or tls://..., or several of the same scheme and user, separated by commas';

/** One server, or the servers of a cluster separated by commas. They differ only in host and port. */
export const natsUrl = z.string(NATS_URL_FORM).refine(isNatsUrl, NATS_URL_FORM);

/** The variables of the connection to NATS. */
export const natsConfig = {
  /** Includes the user of this process. */
  NATS_URL: natsUrl,
  /** Path of a PEM file: the authority that signed the certificates of `tls://` servers. */
  NATS_CA_FILE: optional(z.string()),
};

export const logConfig = {
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
};

/** Copies of each stream: 3 on a cluster of three servers. An even number tolerates no more losses than the odd number below it. */
export const streamReplicas = optional(z.coerce.number().pipe(z.literal([1, 3, 5]))).default(1);

function isNatsUrl(list: string): boolean {
  const urls = list.split(',').map((each) => URL.parse(each.trim()));
  const [first] = urls;
  return urls.every(
    (url) =>
      url !== null &&
      /^(nats|tls):$/.test(url.protocol) &&
      url.host !== '' &&
      url.protocol === first?.protocol &&
      url.username === first.username &&
      url.password === first.password,
  );
}
