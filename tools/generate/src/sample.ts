/** The parts of JSON Schema that the contracts use. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  examples?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minItems?: number;
  minimum?: number;
  format?: string;
  pattern?: string;
}

const TEXTS = [
  'a',
  'USD',
  '01a0b1c2-0000-7000-8000-000000000001',
  '2030-01-01T00:00:00.000Z',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
];

/**
 * A value that fits the schema of a contract, for a test. Every required field has one, also without an example in the contract;
 * the documentation of the gateway (`exampleOf`) shows only examples that contracts have.
 */
export function sampleOf(schema: JsonSchema, definitions = schema.$defs ?? {}): unknown {
  if (schema.$ref !== undefined)
    return sampleOf(definitions[schema.$ref.split('/').at(-1) ?? ''] ?? {}, definitions);
  if (schema.const !== undefined) return schema.const;
  const [choice] = schema.enum ?? schema.examples ?? [];
  if (choice !== undefined) return choice;
  if (schema.anyOf?.[0] !== undefined) return sampleOf(schema.anyOf[0], definitions);
  const [type] = [schema.type ?? 'object'].flat();
  switch (type) {
    case 'string':
      return TEXTS.find((text) => schema.pattern === undefined || new RegExp(schema.pattern).test(text));
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, definitions));
    default:
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {}, definitions)]),
      );
  }
}
