import { openSync, writeSync } from 'node:fs';

/** A captured amount. Lines with the same `key` are the same charge. */
interface Charge {
  /** The provider's name for the authorisation. */
  reference: string;
  /** The idempotency key of the capture. */
  key: string;
  /** In minor units. */
  amount: number;
}

/** Records the charges of the provider, for a later comparison with our books. */
export type ProviderStatement = (charge: Charge) => void;

export const noStatement: ProviderStatement = () => undefined;

const READABLE_TO_OWNER = 0o600;

/**
 * Writes a line of JSON for each charge, in one call and before the answer, so that the line exists even if the process is
 * killed. Several processes can share the file. It is not synced: a crash of the machine is not what it is for.
 */
export function statementIn(file: string): ProviderStatement {
  const descriptor = openSync(file, 'a', READABLE_TO_OWNER);
  return ({ reference, key, amount }) => {
    writeSync(descriptor, `${JSON.stringify({ reference, key, amount })}\n`);
  };
}
