import { email, password, role } from '@doorbuster/contracts';
import { configOf, httpUrl, port, wholeNumber } from '@doorbuster/service';
import { z } from 'zod';

const SECRET_MIN = 32;
const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

const ORIGIN_FORM =
  'must be the address at which browsers reach the gateway, such as https://shop.example.com, without a path';

/** Cookies and passwords cross the network, so only a loopback address may lack TLS. */
const publicUrl = httpUrl(ORIGIN_FORM)
  .transform((text) => new URL(text))
  .refine((url) => url.href === `${url.origin}/`, ORIGIN_FORM)
  .refine(
    (url) => url.protocol === 'https:' || LOOPBACK.includes(url.hostname) || !isProduction(),
    'must be an https:// address in production',
  );

const isProduction = (): boolean => process.env['NODE_ENV'] === 'production';

export class IdentityConfig extends configOf(
  z.object({
    PUBLIC_URL: publicUrl,
    /** The port of the HTTP server. Only the gateway may reach it. */
    IDENTITY_PORT: port.default(8081),
    /** The address to listen on. Without it every address. */
    IDENTITY_HOST: z.string().optional(),
    /** Encrypts the signing keys in the database, and signs cookies. The same in all replicas. */
    KEY_ENCRYPTION_SECRET: z.string().min(SECRET_MIN),
    /** A new key signs after this time. */
    SIGNING_KEY_PERIOD_SECONDS: wholeNumber(1, YEAR_SECONDS).default(30 * DAY_SECONDS),
    /** A role that changed, and an account that was deleted, count after this time at the latest. */
    ACCESS_TOKEN_SECONDS: wholeNumber(1, 3_600).default(600),
    /** The account that is created at the start unless an account has its address. */
    FIRST_OPERATOR_EMAIL: email.default('operator@doorbuster.example'),
    FIRST_OPERATOR_PASSWORD: password.optional(),
    FIRST_OPERATOR_ROLE: role.default('operator'),
  }),
) {}

/** A log in lasts this long, and so do its refresh tokens, however often they are rotated. */
export const SESSION_SECONDS = 14 * DAY_SECONDS;
/** The audience of access tokens: the API of the gateway. */
export const AUDIENCE = 'doorbuster';
export const WEB_CLIENT = 'doorbuster-web';
/** Where the gateway mounts this service. */
export const MOUNT = '/id';

export const issuerOf = ({ PUBLIC_URL }: Pick<IdentityConfig, 'PUBLIC_URL'>): string =>
  `${PUBLIC_URL.origin}${MOUNT}`;
