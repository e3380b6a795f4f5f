import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const document = readFileSync(path.join(root, 'docs', 'threat-model.md'), 'utf8');
const FINDINGS = Array.from({ length: 21 }, (_, i) => String(i + 1));

interface Threat {
  number: string;
  threat: string;
  tests: string[];
}

/** The rows of the table "Threats and what stops them". */
function threatsIn(markdown: string): Threat[] {
  const section = markdown.split('## Threats and what stops them\n')[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => {
    const [, number = '', threat = '', , tests = ''] = row.split('|').map((cell) => cell.trim());
    return { number, threat, tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, file]) => file ?? '') };
  });
}

function faultsOf(threats: readonly Threat[]): string[] {
  const numbers = new Set(threats.map(({ number }) => number));
  return [
    ...FINDINGS.filter((number) => !numbers.has(number)).map((number) => `finding ${number} is not there`),
    ...threats.flatMap(({ threat, tests }) => (tests.length === 0 ? `"${threat}" names no test` : [])),
    ...threats.flatMap(({ tests }) =>
      tests
        .filter((test) => !/\/test\/.*\.test\.ts$/.test(test) || !existsSync(path.join(root, test)))
        .map((test) => `${test} is no test file`),
    ),
  ];
}

it('every finding of the review is in the threat model, with tests that exist', () => {
  const threats = threatsIn(document);
  expect(threats.length).toBeGreaterThan(15);
  expect(faultsOf(threats)).toEqual([]);
});

it('a row that is missing, has no test or names a missing file would be found', () => {
  const [first, second, third, ...others] = threatsIn(document) as [Threat, Threat, Threat];
  const planted = [{ ...second, tests: [] }, { ...third, tests: ['e2e/test/missing.test.ts'] }, ...others];
  expect(faultsOf(planted)).toEqual([
    `finding ${first.number} is not there`,
    `"${second.threat}" names no test`,
    'e2e/test/missing.test.ts is no test file',
  ]);
});
