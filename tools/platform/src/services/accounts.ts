import { hash } from 'node:crypto';
import type { Credentials } from '@doorbuster/embedded';
import { firstOperator, type FirstOperatorAccount } from './first-operator.js';

/** Where identity serves accounts, and where browsers see them. */
export interface AccountsAddresses {
  publicUrl: string;
  /** Of each replica. */
  identityUrls: string[];
  /** Whether the gateway trusts identity's tokens. With the variables of another issuer it does not. */
  areOn: boolean;
  firstOperator: FirstOperatorAccount | undefined;
}

interface AccountsSettings {
  config: { publicUrl: string; hasAccounts: boolean; makesOperator: boolean };
  /** Of the database, with all schemas. */
  adminUrl: string;
  /** Of the replicas of identity. */
  ports: readonly number[];
  /** Called before the account is made, so that its password is shown even if the start fails after that. */
  onFirstOperator: (account: FirstOperatorAccount) => void;
}

export async function prepareAccounts(settings: AccountsSettings): Promise<AccountsAddresses> {
  const { config, adminUrl, ports, onFirstOperator } = settings;
  const operator = config.makesOperator ? await firstOperator(adminUrl) : undefined;
  if (operator) onFirstOperator(operator);
  return {
    publicUrl: config.publicUrl,
    identityUrls: ports.map((port) => `http://127.0.0.1:${port}`),
    areOn: config.hasAccounts,
    firstOperator: operator,
  };
}

/** The keys are in the database. An external one outlives the data directory, so its own URL is the secret. */
export const keyEncryptionSecretOf = (
  { keyEncryptionSecret }: Credentials,
  { databaseUrl }: { databaseUrl: string | undefined },
): string => (databaseUrl === undefined ? keyEncryptionSecret : hash('sha256', databaseUrl));
