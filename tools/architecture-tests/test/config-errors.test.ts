import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const FILES = globSync(
  ['apps/*/src/*.config.ts', 'libs/service/src/**/*.module.ts', 'tools/platform/src/config.ts'],
  { cwd: ROOT },
);
const BAD_VALUES = ['', 'abc', '-1', '1.5', '99999999999', 'NaN', 'http://', 'postgres:x', '[]', 'null'];
const WITH_PASSWORD = [
  'mysql://u:hunter2@db/x',
  'postgres:u:hunter2@db',
  'nats://hunter2@n:4222/?password=hunter2',
  'nats://orders:ab/chunter2@h:4222',
  'postgres://u:p@sshunter2@h:5432/x',
  'nats://a:b@h1,nats://a:p@sshunter2@h2',
];

/** A sentence that names a variable: what it must be, or what has to be set. */
const SENTENCE =
  /^(?:[A-Z][A-Z\d_]+ must [^]+; (?:it is (?:".*"|not set)|its value is not shown.*)|(?:Set|In production set) [A-Z].+)\.$/;
const MACHINE_WORDS = /expected|received|invalid|undefined|\[object|✖|→|ZodError/i;

type Schema = object;

const { readConfig } = (await import(path.join(ROOT, 'libs/service/src/configuration/read-config.ts'))) as {
  readConfig: (schema: Schema, env: NodeJS.ProcessEnv) => unknown;
};

interface Config {
  name: string;
  schema: Schema;
  variables: string[];
}

const configs: Config[] = [];
for (const file of FILES) {
  const exported = (await import(path.join(ROOT, file))) as Record<string, unknown>;
  for (const [name, value] of Object.entries(exported)) {
    const schema = schemaOf(value);
    if (schema) configs.push({ name, schema, variables: Object.keys(shapeOf(schema)) });
  }
}

/** Of an exported schema, or of a class that `configOf` made. */
function schemaOf(value: unknown): Schema | undefined {
  const schema = typeof value === 'function' && 'schema' in value ? value.schema : value;
  const isSchema = typeof schema === 'object' && schema !== null && 'safeParse' in schema;
  return isSchema ? schema : undefined;
}

/** Refinements are part of an object's schema; a transformation has the object as its input. */
function shapeOf(schema: object): object {
  if ('shape' in schema) return schema.shape as object;
  return shapeOf((schema as { in: object }).in);
}

function complaints(schema: Schema, env: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(schema, env);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

it('finds the configuration of every process', () => {
  expect(configs.map(({ name }) => name).toSorted()).toEqual([
    'CartConfig',
    'CatalogConfig',
    'HealthConfig',
    'IdentityConfig',
    'InventoryConfig',
    'MessagingConfig',
    'PaymentsConfig',
    'PersistenceConfig',
    'gatewayConfig',
    'paymentsConfig',
    'platformConfig',
    'provisionerConfig',
  ]);
});

describe.each(configs)('$name', ({ schema, variables }) => {
  it.each(variables)('names %s in a sentence, and says what it must be and what it is', (variable) => {
    for (const value of BAD_VALUES) {
      for (const line of complaints(schema, { [variable]: value })) {
        expect(line).toMatch(SENTENCE);
        expect(line.replaceAll(/".*"/g, '')).not.toMatch(MACHINE_WORDS);
      }
    }
  });

  it('shows no password of a wrong URL', () => {
    for (const variable of variables)
      for (const value of WITH_PASSWORD)
        expect(complaints(schema, { [variable]: value }).join('\n')).not.toContain('hunter2');
  });
});
