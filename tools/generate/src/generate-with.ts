import { generateAll } from './all.js';
import { GENERATED_FILES, sourceFiles } from './files/index.js';
import { format } from './run.js';
import { FileChanges, type Files } from './write-files.js';

export const TOPOLOGY_FILE = 'libs/contracts/src/topology.ts';
export const PERMISSIONS = 'libs/messaging/test/boundary/fixtures/table.ts';

/**
 * Writes these files and renews the generated ones: all, or nothing after an error.
 *
 * @param alsoWritten new files that the renewal writes
 */
export function generateWith(files: Files, alsoWritten: readonly string[] = []): void {
  const changes = new FileChanges();
  const renewed = [...Object.keys(GENERATED_FILES), ...Object.keys(sourceFiles()), ...alsoWritten];
  for (const file of renewed) changes.remember(file);
  try {
    const written = changes.write(files);
    format(written.filter((file) => file !== 'package-lock.json'));
    for (const file of written) process.stdout.write(`wrote ${file}\n`);
    generateAll(changes);
  } catch (error) {
    changes.undo();
    throw error;
  }
}
