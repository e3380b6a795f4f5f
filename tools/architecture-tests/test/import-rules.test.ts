import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Violation {
  rule: { name: string };
  from: string;
}

async function violationsIn(...folders: string[]): Promise<Violation[]> {
  const args = ['depcruise', '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders];
  const { stdout } = await promisify(execFile)('npx', ['--no-install', ...args], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: unknown) => error as { stdout: string });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

it('the import rules find what breaks them', async () => {
  const found = await violationsIn('tools/architecture-tests/test/fixtures');
  const broken = found.map(({ rule, from }) => `${from.split('/').at(-1)}: ${rule.name}`);
  expect(broken).toContain('imports-another-app.ts: no-app-imports-another-app');
  expect(broken).toContain('reads-a-file.ts: domain-is-pure');
  expect(broken).toContain('knows-a-framework.ts: contracts-and-saga-depend-on-nothing');
});
