import type { ErrorCode, Problem } from '@doorbuster/contracts';
import { problemDocument } from '../problem/problem-document.js';
import { PROBLEM_TYPES } from '../problem/problem-types.js';
import { ProblemException } from '../problem/problem.exception.js';

/** The parts of a JSON schema that an example is made from. */
interface Schema {
  $ref?: string;
  type?: string;
  examples?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
}
type Schemas = Record<string, Schema>;
interface MediaType {
  schema: Schema;
  example?: unknown;
  examples?: object;
}
interface Operation {
  parameters?: { in: string; required?: boolean; schema: Schema; example?: unknown }[];
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<string, { content?: Record<string, MediaType> }>;
}
/** The parts of an OpenAPI document that have examples. */
export interface Documented {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Schemas };
}

/** Gives every body and every required parameter an example, from the examples of the contracts. */
export function addExamples({ paths, components: { schemas } }: Documented): void {
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    for (const parameter of operation.parameters ?? []) {
      if (parameter.required) parameter.example = exampleOf(parameter.schema, schemas);
    }
    const contents = [operation.requestBody, ...Object.values(operation.responses)];
    for (const media of contents.flatMap((each) => Object.values(each?.content ?? {}))) {
      if (media.examples || media.schema.type === 'string') continue;
      const example = exampleOf(media.schema, schemas);
      // A route names the fields in which its example differs.
      media.example = Object.assign(example as object, media.example);
    }
  }
}

/**
 * The example of a schema: its own, or one of its required fields. `undefined` if its contract has none: unlike the samples of
 * `npm run generate`, it makes no value up, since readers take examples for real.
 */
function exampleOf(schema: Schema, schemas: Schemas): unknown {
  if (schema.examples) return structuredClone(schema.examples[0]);
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.type === 'null') return null;
  const named = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema.allOf?.[0] ?? schema.anyOf?.[0];
  if (named) return exampleOf(named, schemas);
  if (schema.items) return [exampleOf(schema.items, schemas)];
  if (!schema.properties) return undefined;
  const fields = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, schemas)]));
}

const INVALID_FIELD = { path: 'items.0.quantity', message: 'must be at least 1' };

/** A problem document with this code. */
export function exampleOfProblem(code: ErrorCode): Problem {
  const exception = new ProblemException(code, PROBLEM_TYPES[code].advice.replaceAll('`', ''), {
    extensions: code === 'VALIDATION_FAILED' ? { errors: [INVALID_FIELD] } : {},
  });
  return problemDocument(exception, '/v1/orders', '00-8c1f4b0e6a2d4f7b9e3c5a1d7f2b6e90-3a7d9c1e5b2f4a68-01');
}
