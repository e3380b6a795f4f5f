import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const config = fileURLToPath(new URL('../../../.dependency-cruiser.mjs', import.meta.url));
const depcruise = fileURLToPath(
  new URL('../../../node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', import.meta.url),
);
/** Laid out as the repository is. */
const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** What each fixture breaks. All others, as `may-import-a-framework.ts`, break nothing. A cycle is reported once. */
const BREACHES = {
  'cycle-back.ts': 'no-cycles',
  'imports-a-file-of-a-library.ts': 'libraries-by-their-entry',
  'imports-an-app.ts': 'no-lib-imports-an-app-or-a-tool',
  'imports-another-app.ts': 'no-app-imports-another-app',
  'imports-its-nest-entry.ts': 'saga-depends-on-nothing',
  'imports-its-service.ts': 'domain-is-pure',
  'imports-what-is-missing.ts': 'everything-resolves',
  'knows-a-framework.ts': 'contracts-depend-on-zod-alone',
  'reads-a-file.ts': 'domain-is-pure',
  'type-cycle-back.ts': 'no-cycles',
};

/** It starts a compiler, which takes long on a busy machine. */
const DEADLINE_MS = 120_000;

interface Violation {
  rule: { name: string };
  from: string;
}

interface Summary {
  violations: Violation[];
  ruleSetUsed: { forbidden: { name: string }[] };
}

async function cruiseFixtures(): Promise<Summary> {
  const args = [depcruise, '--config', config, '--output-type', 'json', 'apps', 'libs'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fixtures,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: unknown) => error as { stdout: string });
  return (JSON.parse(stdout) as { summary: Summary }).summary;
}

it(
  'every import rule has a fixture that breaks it, and no rule objects to more',
  async () => {
    const { violations, ruleSetUsed } = await cruiseFixtures();
    const found = violations.map(({ rule, from }) => [from.split('/').at(-1), rule.name]);
    expect(Object.fromEntries(found)).toEqual(BREACHES);
    const rules = new Set(ruleSetUsed.forbidden.map(({ name }) => name));
    expect(new Set(Object.values(BREACHES))).toEqual(rules);
  },
  DEADLINE_MS,
);
