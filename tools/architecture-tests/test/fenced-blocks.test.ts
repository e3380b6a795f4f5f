import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fencedBlocks, reasonNotToRun, ROOT } from './support/fenced-blocks.js';

const LANGUAGES = ['sh', 'text', 'ts', 'json', 'yaml', 'sql', 'mermaid'];
/** The files that such a block names may be those that it makes. */
const CHANGES_FILES = 'changes the repository';
/** It starts a shell for each block, which takes long on a busy machine. */
const DEADLINE_MS = 120_000;
const REASONS = [
  CHANGES_FILES,
  'deletes rows',
  'installs packages',
  'needs a broker of your own',
  'needs a build',
  'needs a cluster',
  'needs Docker',
  'needs Prometheus',
  'starts a platform',
  'takes minutes',
];

const blocks = [...fencedBlocks().values()].flat();
const shell = blocks.filter(({ language }) => language === 'sh');

it('every fenced block names its language, and commands are sh', () => {
  expect(blocks.length).toBeGreaterThan(50);
  for (const { file, line, language, code } of blocks) {
    expect(LANGUAGES, `${file}:${line}`).toContain(language);
    expect(code, `${file}:${line}: commands without a prompt, output in a block of its own`).not.toMatch(
      /^ *\$ /m,
    );
  }
});

it('a block that is not run says why', () => {
  expect(shell.length).toBeGreaterThan(20);
  for (const block of shell) {
    const place = `${block.file}:${block.line}`;
    expect(['', `not-run: ${reasonNotToRun(block)}`], place).toContain(block.info);
    expect([undefined, ...REASONS], place).toContain(reasonNotToRun(block));
  }
});

it(
  'a block that is not run parses',
  () => {
    const marked = shell.filter((block) => reasonNotToRun(block) !== undefined);
    for (const { file, line, code } of marked) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
      expect(`${status} ${stderr}`, `${file}:${line}`).toBe('0 ');
    }
  },
  DEADLINE_MS,
);

it('npm scripts that the documentation names exist', () => {
  const scriptsOf = (directory: string): string[] => {
    const manifest = path.join(ROOT, directory, 'package.json');
    if (!existsSync(manifest)) return [];
    const { scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts: object };
    return Object.keys(scripts);
  };
  let named = 0;
  for (const file of fencedBlocks().keys()) {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    for (const [, script = ''] of text.matchAll(/npm run\s+(?:--silent )?([a-z](?:[\w:-]*\w)?)/g)) {
      expect([...scriptsOf('.'), ...scriptsOf(path.dirname(file))], `${file}: npm run ${script}`).toContain(
        script,
      );
      named += 1;
    }
  }
  expect(named).toBeGreaterThan(30);
});

it('files that commands name exist', () => {
  const PATH = /(?<![\w./-])(?:apps|deploy|docs|e2e|k8s|libs|observability|tools)\/[\w./-]+/g;
  for (const { file, line, code } of shell.filter((block) => reasonNotToRun(block) !== CHANGES_FILES)) {
    for (const [named] of code.matchAll(PATH)) {
      // Of a build there is only what it is made from.
      const source = named
        .replace('/dist/', '/src/')
        .replace(/\.js$/, named.includes('/dist/') ? '.ts' : '.js');
      expect(existsSync(path.join(ROOT, source)), `${file}:${line}: ${named}`).toBe(true);
    }
  }
});
