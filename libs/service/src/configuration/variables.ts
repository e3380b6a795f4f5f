import { existsSync } from 'node:fs';
import { LOG_FORMATS, LOG_LEVELS } from '@doorbuster/telemetry';
import { z } from 'zod';

const rangeOf = (min: number, max: number | undefined): string =>
  `a whole number from ${min}${max === undefined ? ' up' : ` to ${max}`}`;

const whole = (error: string, min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number(error).int(error).min(min, error).max(max, error);

export const wholeNumber = (min: number, max?: number) => whole(`must be ${rangeOf(min, max)}`, min, max);

export function wholeNumberOrOff(min: number, max?: number) {
  const error = `must be off, or ${rangeOf(min, max)}`;
  return z.union([z.literal('off'), whole(error, min, max)], error);
}

/** A port to listen on. With 0 the system chooses one. */
export const port = wholeNumber(0, 65_535);

/** Path of a PEM file with certificates. */
export const pemFile = z
  .string()
  .refine((file) => existsSync(file), 'must be the path of a PEM file that exists');

export const httpUrl = (what: string) => z.url({ protocol: /^https?$/, error: `must be ${what}` });

/** @param form what the URL must be like */
export const postgresUrl = (form: string) =>
  z
    .url({ protocol: /^postgres(ql)?$/, abort: true, error: form })
    .refine((url) => new URL(url).host !== '', { abort: true, error: form });

/** Catalog's cache, which npm start checks before it starts anything. */
export const redisUrl = z.url({
  protocol: /^rediss?$/,
  error: 'must be redis://user:password@host:port, or unset',
});

const NATS_URL_FORM =
  'must be nats://user:password@host:port or tls://..., or several of the same scheme and user, separated by commas';

/** One server, or the servers of a cluster separated by commas. They differ only in host and port. */
export const natsUrl = z.string(NATS_URL_FORM).refine(isNatsUrl, NATS_URL_FORM);

/** The variables of the connection to NATS. */
export const natsConfig = {
  /** Includes the user of this process. */
  NATS_URL: natsUrl,
  /** Path of a PEM file: the authority that signed the certificates of `tls://` servers. */
  NATS_CA_FILE: pemFile.optional(),
};

export const logConfig = {
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** By default text for a person on a terminal, and JSON lines elsewhere. `createLogger` reads it. */
  LOG_FORMAT: z.enum(LOG_FORMATS).optional(),
};

/** Copies of each stream: 3 on a cluster of three servers. An even number tolerates no more losses than the odd number below it. */
export const streamReplicas = z.coerce
  .number('must be 1, 3 or 5')
  .pipe(z.literal([1, 3, 5]))
  .default(1);

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
