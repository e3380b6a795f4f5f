import { z } from 'zod';
import { changeTerms, role } from '../actor.js';
import { event } from '../message.js';
import { change, rpc } from '../rpc.js';
import { instant } from '../values.js';

export const EMAIL_MAX = 254;
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 128;

/** An address in lower case: two spellings are one account. Invisible characters (`\p{C}`) would make two that look the same. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(EMAIL_MAX)
  .regex(/^[^\s\p{C}@<>"'&]{1,64}@[^\s\p{C}@<>"'&]{1,189}$/u, 'must be an address such as ann@example.com')
  .meta({ examples: ['ann@example.com'] });

/** PostgreSQL and argon2 get the text as it was typed, in Unicode's composed form. */
export const password = z
  .string()
  .min(PASSWORD_MIN)
  .max(PASSWORD_MAX)
  .transform((typed) => typed.normalize('NFKC'));

export const accountId = z
  .uuid()
  .meta({ id: 'AccountId', description: 'UUIDv7', examples: ['01a21d02-4b10-7e61-9c35-7f40d1b82e93'] });

/** An account without its secrets. Its id is the `customerId` of the customer's tokens. */
export const account = z
  .object({ id: accountId, email, role: role.meta({ examples: ['customer'] }), createdAt: instant })
  .meta({ id: 'Account' });
export type Account = z.infer<typeof account>;

export const accountFilter = z.strictObject({
  email: email.meta({ description: 'The whole address; there is no search' }),
});
export type AccountFilter = z.infer<typeof accountFilter>;

export const accountChange = z.strictObject({ role }).meta({ id: 'AccountChange' });
export type AccountChange = z.infer<typeof accountChange>;

/** At most one account has an address. */
export const findAccounts = rpc('identity', 'find-accounts', accountFilter.strip(), z.array(account));
export const changeRole = change(
  'identity',
  'change-role',
  'admin',
  z.object({ ...changeTerms, id: accountId, role }),
  account,
);
/** Deletes the personal data and ends the sessions. A repeated request finds no account. */
export const deleteAccount = change(
  'identity',
  'delete-account',
  'admin',
  z.object({ ...changeTerms, id: accountId }),
  z.object({ id: accountId }),
);

/** The customer's personal data are gone. Other services have only the id. */
export const accountDeleted = event('identity', 'account-deleted', z.object({ accountId }));
