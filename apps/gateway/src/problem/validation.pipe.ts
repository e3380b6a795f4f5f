import type { FieldError } from '@doorbuster/contracts';
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { ProblemException } from './problem.exception.js';

/** A body of 64 KiB can be wrong in thousands of places; past these it is only said how many more there are. */
const FIELD_ERRORS_MAX = 500;

type Issue = Parameters<
  NonNullable<ConstructorParameters<typeof StandardSchemaValidationPipe>[0]>['exceptionFactory'] & {}
>[0][number];

/** Parses what has a schema (`@Body({ schema })`), and lists every offending field when it does not fit. */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: invalid });
  }

  /** The body parser has refused such keys already; removing others in silence would hide unknown fields. */
  protected override stripProtoKeys(): void {}
}

function invalid(issues: readonly Issue[]): ProblemException {
  const errors = issues.flatMap(fieldErrors);
  const more = errors.length - FIELD_ERRORS_MAX;
  if (more > 0) errors.splice(FIELD_ERRORS_MAX, more, { path: '', message: `and ${more} more` });
  return invalidFields(errors);
}

export function invalidFields(errors: FieldError[]): ProblemException {
  const places = errors.map(({ path }) => path || 'the body').slice(0, 3);
  const rest = errors.length > places.length ? ' and more' : '';
  return new ProblemException('VALIDATION_FAILED', `Mend ${places.join(', ')}${rest}; see errors.`, {
    extensions: { errors },
  });
}

function fieldErrors(issue: Issue): FieldError[] {
  const path = (issue.path ?? []).map((segment) =>
    String(typeof segment === 'object' ? segment.key : segment),
  );
  // Zod tells of all unknown keys of an object in one issue.
  if ('keys' in issue && Array.isArray(issue.keys)) {
    return issue.keys.map((key) => ({ path: [...path, String(key)].join('.'), message: 'unknown field' }));
  }
  return [{ path: path.join('.'), message: issue.message }];
}
