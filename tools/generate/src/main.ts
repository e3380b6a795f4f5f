import { GENERATED_FILES } from './files/index.js';
import { GenerateError } from './generate-error.js';
import { textOf, writeFiles } from './write-files.js';

const USAGE = `usage:
  npm run generate:all    renews every generated file
`;

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof GenerateError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function main([what]: readonly string[]): void {
  if (what !== 'all') throw new GenerateError(USAGE);
  const files = Object.entries(GENERATED_FILES).map(([file, textFrom]) => [file, textFrom(textOf(file))]);
  const changed = writeFiles(Object.fromEntries(files) as Record<string, string>);
  for (const file of changed) process.stdout.write(`wrote ${file}\n`);
  if (changed.length === 0) process.stdout.write('every generated file is up to date\n');
}
