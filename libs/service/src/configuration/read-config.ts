import { z } from 'zod';
import { describeProblems, requirementOf } from './config-problems.js';
import { publishedSecretsIn } from './published-secrets.js';

/** `EX_CONFIG` of sysexits.h. A supervisor sees from it that another start would fail too. */
export const CONFIGURATION_EXIT_CODE = 78;

/** The process cannot start. The message names the variable, and says what is wrong and what to do. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
  readonly code: string = 'START';
  readonly exitCode: number = 1;
}

/** The environment is invalid. The message has a sentence for each wrong variable. */
class ConfigurationError extends StartError {
  override readonly name = 'ConfigurationError';
  override readonly code = 'CONFIGURATION';
  override readonly exitCode = CONFIGURATION_EXIT_CODE;
}

/** Shells and Compose files pass unset variables as empty text. */
export const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

/** @throws {ConfigurationError} */
export function readConfig<T extends z.ZodType>(
  schema: T,
  env: NodeJS.ProcessEnv = process.env,
): z.output<T> {
  refusePublishedSecrets(env);
  const result = schema.safeParse(withoutEmpty(env), { error: requirementOf });
  if (result.success) return result.data;
  throw new ConfigurationError(describeProblems(result.error, (name) => env[name]).join('\n'));
}

/** For a `main.ts`: prints the errors of the environment and ends the process. */
export function readConfigOrExit<T extends z.ZodType>(schema: T, env?: NodeJS.ProcessEnv): z.output<T> {
  try {
    return readConfig(schema, env);
  } catch (error) {
    return exitOnStartError(error);
  }
}

/** Rethrows every other error. */
export function exitOnStartError(error: unknown): never {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exitCode);
}

/** Exits when the program has another argument than one of `known`. `npm start` marks its processes with `--data-dir`. */
export function refuseUnknownArguments(known: readonly string[], args = process.argv.slice(2)): void {
  const unknown = args.filter((arg) => !known.includes(arg) && !arg.startsWith('--data-dir='));
  if (unknown.length === 0) return;
  const takes = known.length === 0 ? 'no argument' : `${known.join(' or ')}, or no argument`;
  const text = `The program takes ${takes}, and got ${unknown.join(' ')}; everything else is set by environment variables.`;
  exitOnStartError(new ConfigurationError(text));
}

/** Production refuses published secrets. Compose and k8s/local set `NODE_ENV=development`. */
function refusePublishedSecrets(env: NodeJS.ProcessEnv): void {
  const names = env['NODE_ENV'] === 'production' ? publishedSecretsIn(env) : [];
  if (names.length === 0) return;
  const advice = 'must have a secret of your own, since this one is published with the source';
  throw new ConfigurationError(names.map((name) => `${name} ${advice}`).join('\n'));
}
