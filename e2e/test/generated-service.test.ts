import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ApiClient } from '@doorbuster/api-client';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fencedBlocks } from '../../tools/architecture-tests/test/support/fenced-blocks.js';
import { RepositoryCopy } from './fixtures/repository-copy.js';

const GENERATE = 'tools/generate/dist/main.js';
/** It compiles most of the repository, which takes minutes on a busy machine. */
const DEADLINE_MS = 600_000;
const PAGE = 'docs/extending/add-a-service.md';
/** Compares the documented routes with those that are served. */
const DOCUMENTATION_TEST = 'apps/gateway/test/documentation.test.ts';
const TSC = 'node_modules/typescript/bin/tsc';

let copy: RepositoryCopy;
let platform: LaunchedPlatform | undefined;
beforeAll(() => {
  copy = new RepositoryCopy();
});
afterAll(async () => {
  await platform?.dispose();
  copy?.dispose();
});

it(
  'a generated service with a generated consumer and a step of the checkout compiles, passes its tests, starts with the platform and answers',
  async () => {
    copy.node(GENERATE, 'service', 'loyalty');
    copy.node(GENERATE, 'consumer', 'loyalty', 'order-status-changed');
    copy.node(GENERATE, 'saga-step', 'loyalty', 'earn-points', 'points-earned', 'points-refused');
    offerOverHttp();
    copy.node(TSC, '-b');
    const fresh = copy.node(GENERATE, 'deployment');
    expect(fresh, 'nothing is stale').toBe('');
    copy.node(
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'parts',
      'apps/loyalty',
      DOCUMENTATION_TEST,
    );
    platform = await launchPlatform({ main: path.join(copy.root, 'tools/platform/dist/main.js') });
    // The gateway asks every service over RPC.
    const answer = await fetch(`${platform.url}/readyz`);
    expect(await answer.json()).toMatchObject({
      status: 'ready',
      dependencies: { loyalty: 'up', 'loyalty.postgres': 'up', 'loyalty.nats': 'up' },
    });
    await expectRecordOverHttp(platform.url);
  },
  DEADLINE_MS,
);

/** Writes the files of the page, and edits the two files that it names. */
function offerOverHttp(): void {
  const files = (fencedBlocks().get(PAGE) ?? []).filter(({ language }) => language === 'ts');
  expect(files).toHaveLength(3);
  for (const { info, code } of files) {
    mkdirSync(path.dirname(path.join(copy.root, info)), { recursive: true });
    writeFileSync(path.join(copy.root, info), code);
  }
  edit('apps/gateway/src/app.module.ts', 'LoyaltyModule', './loyalty/loyalty.module.js', 'imports: [');
  edit('apps/gateway/src/docs/openapi.ts', 'loyaltyPaths', '../loyalty/loyalty.openapi.js', 'paths: {');
}

function edit(file: string, name: string, from: string, list: string): void {
  const place = path.join(copy.root, file);
  const text = readFileSync(place, 'utf8');
  const entry = `${list.endsWith('{') ? '...' : ''}${name}, `;
  writeFileSync(place, `import { ${name} } from '${from}';\n${text.replace(list, `${list}${entry}`)}`);
}

async function expectRecordOverHttp(url: string): Promise<void> {
  const api = new ApiClient({ url });
  const { accessToken } = await api.issueToken({ customerId: 'root', role: 'admin' });
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  const record = { id: randomUUID(), text: 'hello' };
  const body = JSON.stringify(record);
  const created = await fetch(`${url}/v1/loyalty-records`, { method: 'POST', headers, body });
  expect(await created.json()).toMatchObject(record);
  const read = await fetch(`${url}/v1/loyalty-records/${record.id}`, { headers });
  expect(await read.json()).toMatchObject(record);
  const unknown = await fetch(`${url}/v1/loyalty-records/${randomUUID()}`, { headers });
  expect(await unknown.json()).toMatchObject({ code: 'NOT_FOUND' });
  const invalid = await fetch(`${url}/v1/loyalty-records/1`, { headers });
  expect(await invalid.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'id' }] });
}
