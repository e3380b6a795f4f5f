import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const text = readFileSync(`${root}docs/threat-model.md`, 'utf8');
const section = (title: string): string[][] =>
  (text.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| *(#|-+) *\|.*(threat|---) /.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

const stopped = section('Threats and what stops them');
const FINDINGS = Array.from({ length: 21 }, (_, i) => String(i + 1));

it('every threat that is stopped names tests, and those are there', () => {
  expect(stopped.length).toBeGreaterThan(15);
  for (const [, , threat, , tests = ''] of stopped) {
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file]) => file ?? '');
    expect([threat, files.length > 0]).toEqual([threat, true]);
    expect([threat, files.filter((file) => !existsSync(`${root}${file}`))]).toEqual([threat, []]);
    expect(files.filter((file) => !/\/test\/.*\.test\.ts$/.test(file))).toEqual([]);
  }
});

it('every finding of the review is a row, stopped or open', () => {
  const rows = new Set([...stopped, ...section('Open')].map(([, number]) => number));
  expect(FINDINGS.filter((number) => !rows.has(number))).toEqual([]);
});
