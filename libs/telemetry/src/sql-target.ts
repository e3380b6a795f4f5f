import type { Span } from '@opentelemetry/api';
import { ATTR_DB_COLLECTION_NAME, ATTR_DB_OPERATION_NAME } from '@opentelemetry/semantic-conventions';

/** What a statement does, as the semantic conventions for databases name it. */
export interface SqlTarget {
  /** `db.operation.name` */
  operation: string;
  /** `db.collection.name`: the table with its schema; `undefined` for a statement without a table, such as COMMIT. */
  collection: string | undefined;
}

/** Texts, comments, quoted and plain names with their schema, and parentheses. Numbers and operators say nothing here. */
const TOKENS =
  /'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\/|[()]|(?:"(?:[^"]|"")+"|[a-z_]\w*)(?:\.(?:"(?:[^"]|"")+"|[a-z_]\w*))*/gi;
const IS_NAME = /^["a-z_]/i;
const WRITES = ['insert', 'update', 'delete'];
/** `for update`, `do update`, `on update` do not start an UPDATE. */
const NO_STATEMENT_AFTER = ['for', 'do', 'on', 'no', 'key'];
/** PostgreSQL's own tables are in a schema of their own. */
const SYSTEM_TABLE = /^pg_/;

/**
 * A hook for the spans of statements: names them `{operation} {table}`, as the conventions want it. The instrumentation reads
 * no statement. https://opentelemetry.io/docs/specs/semconv/database/database-spans/#name
 *
 * @param schema of names without one: that of a service has the service's name
 */
export const nameStatement =
  (schema: string) =>
  (span: Span, { query }: { query: { text: string } }): void => {
    if (!span.isRecording()) return;
    const { operation, collection } = sqlTarget(query.text, schema);
    span.updateName(collection === undefined ? operation : `${operation} ${collection}`);
    span.setAttribute(ATTR_DB_OPERATION_NAME, operation);
    if (collection !== undefined) span.setAttribute(ATTR_DB_COLLECTION_NAME, collection);
  };

/**
 * Reads the operation and the main table of a statement of PostgreSQL. A statement that writes, in a CTE too, is named after
 * the first table that it writes; any other after the first table that it reads.
 *
 * @param schema of names without one
 */
export function sqlTarget(text: string, schema: string): SqlTarget {
  const tokens = (text.match(TOKENS) ?? []).filter((token) => !/^('|--|\/\*)/.test(token));
  const words = tokens.map((token) => token.toLowerCase());
  const [first = ''] = words;
  const written = writtenTable(words);
  if (written) return { operation: written.operation, collection: qualified(tokens[written.at], schema) };
  if (first !== 'select' && first !== 'with') return { operation: commandOf(words), collection: undefined };
  return { operation: 'SELECT', collection: qualified(tokens[readTable(words)], schema) };
}

/** Where the first INSERT, UPDATE or DELETE has its table. */
function writtenTable(words: readonly string[]): { operation: string; at: number } | undefined {
  for (const [at, word] of words.entries()) {
    if (!WRITES.includes(word) || NO_STATEMENT_AFTER.includes(words[at - 1] ?? '')) continue;
    const prefix = word === 'update' ? '' : word === 'insert' ? 'into' : 'from';
    if (prefix !== '' && words[at + 1] !== prefix) continue;
    const table = at + (prefix === '' ? 1 : 2);
    return { operation: word.toUpperCase(), at: words[table] === 'only' ? table + 1 : table };
  }
  return undefined;
}

/** Where the first table stands that is neither a CTE, nor a function, nor a subquery; -1 without one. */
function readTable(words: readonly string[]): number {
  const ctes = new Set(words.filter((_, at) => words[at + 1] === 'as' && opensQuery(words, at + 2)));
  // `from` belongs to a query only where its parentheses have a SELECT: `extract(epoch from created_at)` has none.
  const hasSelect = [false];
  for (const [at, word] of words.entries()) {
    if (word === '(') hasSelect.push(false);
    else if (word === ')') hasSelect.pop();
    else if (word === 'select') hasSelect[hasSelect.length - 1] = true;
    else if (
      (word === 'from' || word === 'join') &&
      hasSelect.at(-1) === true &&
      words[at - 1] !== 'distinct'
    ) {
      const table = ['only', 'lateral'].includes(words[at + 1] ?? '') ? at + 2 : at + 1;
      const name = words[table] ?? '';
      if (IS_NAME.test(name) && words[table + 1] !== '(' && !ctes.has(name)) return table;
    }
  }
  return -1;
}

/** `(`, `materialized (` or `not materialized (`, with a query in it: `unnest(…) as p (id)` is none. */
function opensQuery(words: readonly string[], at: number): boolean {
  const open = words[at] === 'not' ? at + 2 : words[at] === 'materialized' ? at + 1 : at;
  return words[open] === '(';
}

/** Of a statement without a table: its first word, or two where one says too little. */
function commandOf([first = 'UNKNOWN', second]: readonly string[]): string {
  const needsSecond = ['start', 'create', 'alter', 'drop', 'rollback'].includes(first);
  return (needsSecond && second !== undefined ? `${first} ${second}` : first).toUpperCase();
}

function qualified(name: string | undefined, schema: string): string | undefined {
  const plain = name?.replaceAll('"', '');
  if (plain === undefined || plain.includes('.') || SYSTEM_TABLE.test(plain)) return plain;
  return `${schema}.${plain}`;
}
