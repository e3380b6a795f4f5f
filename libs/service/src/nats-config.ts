import { z } from 'zod';
import { optional } from './optional.js';

/** One server, or several of a cluster separated by commas; they differ in nothing but host and port. */
export const natsUrl = z.string().refine(isNatsUrl, {
  error:
    'must be nats://user:password@host:port or tls://..., or several of the same scheme and user, separated by commas',
});

/** What a process has to know to reach its broker. */
export const natsConfig = {
  /** With the process's own user. */
  NATS_URL: natsUrl,
  /** Path of a PEM file: who signed the certificates of `tls://` servers. */
  NATS_CA_FILE: optional(z.string()),
};

/** Copies of each stream: 3 on a cluster of three servers; an even number would survive no more losses. */
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
