import { withoutSecrets } from '@doorbuster/telemetry';
import type { z } from 'zod';

const VALUE_LENGTH_MAX = 80;
const SECRET_NAME = /SECRET|KEY|PASSWORD|TOKEN/i;

const TYPES: Record<string, string | undefined> = {
  number: 'must be a number',
  int: 'must be a whole number',
  string: 'must be a text',
  boolean: 'must be true or false',
  array: 'must be an array',
  object: 'must be a JSON object',
};

const SIZES: Record<string, ((limit: string, size: number | bigint) => string) | undefined> = {
  string: (limit, size) => `have ${limit} ${size} characters`,
  array: (limit, size) => `have ${limit} ${size} items`,
};

const FORMATS: Record<string, string | undefined> = {
  url: 'must be a URL',
  uuid: 'must be a UUID',
  datetime: 'must be a time such as 2026-01-31T12:00:00Z',
};

/** What the value must be, for issues whose schema has no text of its own. */
export function requirementOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? 'must be set';
    case 'invalid_value':
      return `must be ${listOf(issue.values.map(String))}`;
    case 'too_small':
      return `must ${SIZES[issue.origin]?.('at least', issue.minimum) ?? `be at least ${issue.minimum}`}`;
    case 'too_big':
      return `must ${SIZES[issue.origin]?.('at most', issue.maximum) ?? `be at most ${issue.maximum}`}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? `must have the form ${issue.pattern ?? issue.format}`;
    default:
      return 'must be another value';
  }
}

/** The same for a field of a request, which may be missing. */
export const fieldRequirementOf = (issue: z.core.$ZodRawIssue): string =>
  `${issue.input === undefined ? 'is missing; it ' : ''}${requirementOf(issue)}`;

const listOf = (values: readonly string[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

/**
 * One sentence for each problem: the variable or option, what it must be, and what it is now, without its secrets.
 *
 * @param valueOf the given text, if there is one
 */
export function describeProblems(
  error: z.ZodError,
  valueOf: (name: string) => string | undefined,
  label = (name: string): string => name,
): string[] {
  return error.issues.map(({ path, message }) => {
    if (path.length === 0) return `${message}.`;
    const name = path.join('.');
    return `${label(name)} ${message}; ${shown(name, valueOf(name))}.`;
  });
}

function shown(name: string, value: string | undefined): string {
  if (value === undefined || value === '') return 'it is not set';
  if (SECRET_NAME.test(name)) return 'its value is not shown, because it may be a secret';
  return `it is ${JSON.stringify(withoutCredentials(value).slice(0, VALUE_LENGTH_MAX))}`;
}

/** Also of a list of URLs, and of a malformed one: a password with a slash or an `@` ends at the last `@`. */
const withoutCredentials = (text: string): string =>
  withoutSecrets(text)
    .split(/,(?=[a-z+]+:\/\/)/i)
    .map((url) => url.replace(/^([a-z][a-z+.-]*:(?:\/\/)?)?.*@/is, '$1[redacted]@'))
    .join(',')
    .replaceAll(/(password|secret|token)=[^&\s]*/gi, '$1=[redacted]');
