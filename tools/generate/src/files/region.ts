import { GenerateError } from '../generate-error.js';

/**
 * Replaces a generated part of a file that people edit otherwise. The part begins after a line `# begin generated: NAME`
 * and ends before the line `# end generated: NAME`.
 *
 * @throws when the file has no such part
 */
export function replaceRegion(file: string, name: string, lines: string): string {
  const parts = new RegExp(`^( *# begin generated: ${name}\\n)[^]*?^( *# end generated: ${name}\\n)`, 'gm');
  if (!parts.test(file)) throw new GenerateError(`there is no line "# begin generated: ${name}"`);
  const text = lines.endsWith('\n') ? lines : `${lines}\n`;
  return file.replace(parts, (_, begin: string, end: string) => begin + text + end);
}

/** Replaces several parts, by their names. */
export const replaceRegions = (file: string, regions: Record<string, string>): string =>
  Object.entries(regions).reduce((text, [name, lines]) => replaceRegion(text, name, lines), file);
