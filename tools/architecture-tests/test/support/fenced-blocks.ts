import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

const DOCUMENTS = ['*.md', 'docs/**/*.md', '{apps,libs,tools}/*/README.md', 'e2e/README.md'];

/** A fenced block of a Markdown file. */
export interface FencedBlock {
  file: string;
  /** Of the opening fence. */
  line: number;
  language: string;
  /** What follows the language on the opening fence. */
  info: string;
  code: string;
}

const FENCE = /^ *```(\S*) *(.*)$/;

/** All fenced blocks of the documentation, by file. */
export function fencedBlocks(): Map<string, FencedBlock[]> {
  const files = globSync(DOCUMENTS, { cwd: ROOT }).toSorted();
  return new Map(files.map((file) => [file, blocksOf(file)]));
}

function blocksOf(file: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: FencedBlock | undefined;
  for (const [index, text] of readFileSync(path.join(ROOT, file), 'utf8').split('\n').entries()) {
    const [isFence, language = '', info = ''] = FENCE.exec(text) ?? [];
    if (isFence !== undefined && open) {
      blocks.push(open);
      open = undefined;
    } else if (isFence !== undefined) {
      open = { file, line: index + 1, language, info, code: '' };
    } else if (open) {
      open.code += `${text}\n`;
    }
  }
  if (open) throw new Error(`${file}:${open.line}: the fence is not closed`);
  return blocks;
}

const NOT_RUN = 'not-run: ';

/** Why the test does not run a block: what follows `not-run: `. */
export const reasonNotToRun = ({ info }: FencedBlock): string | undefined =>
  info.startsWith(NOT_RUN) ? info.slice(NOT_RUN.length) : undefined;
