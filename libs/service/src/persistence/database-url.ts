import { DatabaseNotReadyError, tlsProblemOf } from '@doorbuster/persistence';
import { StartError } from '../configuration/read-config.js';
import { pemFile, postgresUrl } from '../configuration/variables.js';

const FORM = 'must be postgres://role:password@host:port/database';

export const databaseUrl = postgresUrl(FORM).superRefine((url, context) => {
  const message = tlsProblemOf(url);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** Path of a PEM file: the authority that signed PostgreSQL's certificate. With it TLS is required and the server verified. */
export const databaseCaFile = pemFile.optional();

/** Names the variable in the error of a database that cannot be used. */
export function namingVariable(variable: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof DatabaseNotReadyError)) throw error;
    throw new StartError(`${variable}: ${error.message}.`, { cause: error });
  };
}
