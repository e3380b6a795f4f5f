import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SLOW_TESTS } from '../../slow-tests.js';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const LINES_MAX = 300;
/**
 * Except migrations, whose name and time are a row of their schema, and Nest modules, which have the name of their
 * feature: each app has an AppModule.
 */
const CLASS = /^(?:export )?(?:abstract )?class (?!\w+(?:\d{13}|Module)\b)(\w+)/gm;

interface SourceFile {
  name: string;
  text: string;
}

const sources: SourceFile[] = globSync('{apps,libs,tools,e2e}/**/*.ts', {
  cwd: root,
  exclude: ['**/node_modules', '**/dist', '**/fixtures/{apps,libs}'],
}).map((name) => ({ name, text: readFileSync(path.join(root, name), 'utf8') }));
const production = sources.filter(({ name }) => name.split('/')[2] === 'src');

const longFiles = (files: readonly SourceFile[]): string[] =>
  files.filter(({ text }) => text.split('\n').length - 1 > LINES_MAX).map(({ name }) => name);

function classesOfOneName(files: readonly SourceFile[]): string[] {
  const declared = files.flatMap(({ name, text }) =>
    [...text.matchAll(CLASS)].map(([, found]) => ({ found, name })),
  );
  return [...Map.groupBy(declared, ({ found }) => found)]
    .filter(([, places]) => places.length > 1)
    .map(([found, places]) => `${found}: ${places.map(({ name }) => name).join(', ')}`);
}

const injectedClasses = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ name, text }) =>
    [...text.matchAll(/@Inject\((?:forwardRef\(\(\) => )?([A-Z]\w*[a-z]\w*)\)/g)].map(
      ([, found]) => `${name}: ${found}`,
    ),
  );

/** The head of a class that extends an error, and its body up to the first line that is not indented. */
const ERROR_CLASS =
  /^(?:export )?(?:abstract )?class (\w+) extends \w*Error\b[^{]*\{([^\n]*(?:\n[ \t][^\n]*|\n(?=\n))*)/gm;

/** Without a name of its own, an error is `Error: ...` in dead letters, stuck items and logs. */
const namelessErrors = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ name, text }) =>
    [...text.matchAll(ERROR_CLASS)]
      .filter(
        ([, found, body = '']) =>
          !new RegExp(`^ +override readonly name(?:: string)? = '${found}';$`, 'm').test(body),
      )
      .map(([, found]) => `${name}: ${found}`),
  );

/** Apart from its argument, so that this file does not break the rule. */
const INJECT = '@Inject';
const TELEMETRY_TESTING = "'@doorbuster/telemetry/testing'";
const file = (name: string, text: string): SourceFile => ({ name, text });

it('finds the sources', () => {
  expect(sources.length).toBeGreaterThan(400);
  expect(production.length).toBeGreaterThan(200);
});

it('every slow test is a file, and is listed once', () => {
  expect(SLOW_TESTS.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  expect(new Set(SLOW_TESTS).size).toBe(SLOW_TESTS.length);
});

describe(`no file has more than ${LINES_MAX} lines`, () => {
  it('in the repository', () => expect(longFiles(sources)).toEqual([]));

  it('and a file of one more would be found', () => {
    const lines = (count: number): string => 'x;\n'.repeat(count);
    expect(longFiles([file('fits.ts', lines(LINES_MAX)), file('long.ts', lines(LINES_MAX + 1))])).toEqual([
      'long.ts',
    ]);
  });
});

describe('no two classes have the same name', () => {
  it('in the repository', () => expect(classesOfOneName(production)).toEqual([]));

  it('and a second one would be found', () => {
    const planted = [
      file('a.ts', 'export class Pool {}'),
      file('b.ts', 'abstract class Pool {}\nclass PoolView {}\nclass AppModule {}'),
      file('c.ts', 'class AppModule {}'),
    ];
    expect(classesOfOneName(planted)).toEqual(['Pool: a.ts, b.ts']);
  });
});

describe('a class is injected by its type, and only a token by @Inject', () => {
  it('in the repository', () => expect(injectedClasses(sources)).toEqual([]));

  it('and @Inject of a class would be found', () => {
    const planted = [
      file('a.ts', `constructor(${INJECT}(DataSource) db: DataSource, ${INJECT}(LOGGER) log: Logger) {}`),
      file('b.ts', `${INJECT}(forwardRef(() => Orders)) orders: Orders`),
    ];
    expect(injectedClasses(planted)).toEqual(['a.ts: DataSource', 'b.ts: Orders']);
  });
});

describe('each class that extends Error declares its name', () => {
  it('in the repository', () => expect(namelessErrors(sources)).toEqual([]));

  it('and one without a name, or with another name, would be found', () => {
    const named = (name: string): string =>
      `{\n  override readonly name = '${name}';\n\n  readonly code = 'X';\n}\n`;
    const planted = [
      file(
        'a.ts',
        'export class EmptyError extends Error {}\nclass Book {\n  override readonly name = 1;\n}',
      ),
      file('b.ts', `class CopyError extends PermanentError ${named('OtherError')}class Pool {}`),
      file(
        'c.ts',
        `class GoodError extends Error ${named('GoodError')}class LateError extends Error {\n}\n${named('LateError')}`,
      ),
    ];
    expect(namelessErrors(planted)).toEqual(['a.ts: EmptyError', 'b.ts: CopyError', 'c.ts: LateError']);
  });
});

/** Metrics and spans are kept for the whole process: a file that shares its worker sees those of other tests. */
const sharedTelemetry = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ name }) => name.includes('/test/') && !/\/(?:metrics|tracing)\.test\.ts$/.test(name))
    .filter(({ text }) => text.includes(`from ${TELEMETRY_TESTING}`))
    .map(({ name }) => name);

describe('a test that records metrics or spans is called metrics.test.ts or tracing.test.ts, and has a worker of its own', () => {
  it('in the repository', () => expect(sharedTelemetry(sources)).toEqual([]));

  it('and another file that does would be found', () => {
    const text = `import { recordSpans } from ${TELEMETRY_TESTING};`;
    const names = [
      'libs/x/test/tracing.test.ts',
      'libs/x/test/a/metrics.test.ts',
      'libs/x/test/other.test.ts',
    ];
    expect(sharedTelemetry(names.map((name) => file(name, text)))).toEqual(['libs/x/test/other.test.ts']);
  });
});
