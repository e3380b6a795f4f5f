import { openSync, writeSync } from 'node:fs';

/** Money that was taken. The same charge told twice is one charge: `key` says which. */
interface Charge {
  /** The provider's name for the authorisation. */
  reference: string;
  /** The idempotency key of the capture. */
  key: string;
  /** In minor units. */
  amount: number;
}

/** Where a provider puts down what it charged, for whoever compares its books with ours afterwards. */
export type ProviderStatement = (charge: Charge) => void;

export const noStatement: ProviderStatement = () => undefined;

const READABLE_TO_OWNER = 0o600;

/**
 * A line of JSON a charge. Written before the charge is answered, with one call, by any number of processes: so it is
 * there however a process ends. Not synced, since a real provider's books are not on this machine's disk either.
 */
export function statementIn(file: string): ProviderStatement {
  const descriptor = openSync(file, 'a', READABLE_TO_OWNER);
  return ({ reference, key, amount }) => {
    writeSync(descriptor, `${JSON.stringify({ reference, key, amount })}\n`);
  };
}
