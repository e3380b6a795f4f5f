import { z } from 'zod';
import { publishedSecretsIn } from './published-secrets.js';

/** The environment is invalid. The message names each wrong variable and says what it must be. */
class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
}

/** @throws {ConfigurationError} */
export function readConfig<T extends z.ZodType>(
  schema: T,
  env: NodeJS.ProcessEnv = process.env,
): z.output<T> {
  refusePublishedSecrets(env);
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  throw new ConfigurationError(`The environment does not fit:\n${z.prettifyError(result.error)}`);
}

/** For a `main.ts`: prints the errors of the environment and exits with 1. */
export function readConfigOrExit<T extends z.ZodType>(schema: T, env?: NodeJS.ProcessEnv): z.output<T> {
  try {
    return readConfig(schema, env);
  } catch (error) {
    return exitOnConfigurationError(error);
  }
}

/** Rethrows every other error. */
export function exitOnConfigurationError(error: unknown): never {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** Production refuses published secrets. Compose and k8s/local set `NODE_ENV=development`. */
function refusePublishedSecrets(env: NodeJS.ProcessEnv): void {
  const names = env['NODE_ENV'] === 'production' ? publishedSecretsIn(env) : [];
  if (names.length === 0) return;
  const advice = 'must have a secret of your own, since this one is published with the source';
  throw new ConfigurationError(names.map((name) => `${name} ${advice}`).join('\n'));
}
