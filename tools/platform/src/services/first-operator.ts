import { randomInt } from 'node:crypto';
import { withClient } from '@doorbuster/embedded';

export interface FirstOperatorAccount {
  email: string;
  password: string;
}

const EMAIL = 'operator@doorbuster.example';
/** Without characters that look like others. */
const CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/**
 * A new password for the operator's account, which identity creates when it starts; `undefined` when the account is there.
 * Only identity's hash of the password is stored.
 *
 * @param adminUrl of the database, with all schemas
 */
export async function firstOperator(adminUrl: string): Promise<FirstOperatorAccount | undefined> {
  const { rowCount } = await withClient(adminUrl, (client) =>
    client.query('select from identity.accounts where email = $1', [EMAIL]),
  );
  return rowCount === 0 ? { email: EMAIL, password: newPassword() } : undefined;
}

/** About 79 bits. */
function newPassword(): string {
  const group = (): string =>
    Array.from({ length: GROUP_LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
