import { GENERATED_FILES, sourceFiles } from './files/index.js';
import { sagaVersions } from './files/saga-versions.js';
import { build, generateDeployment } from './run.js';
import { FileChanges, textOf, type Files } from './write-files.js';

/** Renews every generated file: first those that the compiler reads, then those that follow from the compiled code. */
export function generateAll(changes = new FileChanges()): void {
  report(changes.write(textsOf(sourceFiles())));
  build();
  // What is loaded here may be older than what was built.
  generateDeployment();
}

export async function generateFromCompiledCode(): Promise<void> {
  report(new FileChanges().write(textsOf({ ...GENERATED_FILES, ...(await sagaVersions()) })));
}

const textsOf = (files: Readonly<Record<string, (current: string) => string>>): Files =>
  Object.fromEntries(Object.entries(files).map(([file, textFrom]) => [file, textFrom(textOf(file) ?? '')]));

function report(changed: readonly string[]): void {
  for (const file of changed) process.stdout.write(`wrote ${file}\n`);
}
