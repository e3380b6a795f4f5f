import path from 'node:path';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RepositoryCopy } from './fixtures/repository-copy.js';

const GENERATE = 'tools/generate/dist/main.js';
/** It compiles most of the repository, which takes minutes on a busy machine. */
const DEADLINE_MS = 600_000;
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
    copy.node(TSC, '-b');
    const fresh = copy.node(GENERATE, 'deployment');
    expect(fresh, 'nothing is stale').toBe('');
    copy.node('node_modules/vitest/vitest.mjs', 'run', '--project', 'parts', 'apps/loyalty');
    platform = await launchPlatform({ main: path.join(copy.root, 'tools/platform/dist/main.js') });
    // The gateway asks every service over RPC.
    const answer = await fetch(`${platform.url}/readyz`);
    expect(await answer.json()).toMatchObject({
      status: 'ready',
      dependencies: { loyalty: 'up', 'loyalty.postgres': 'up', 'loyalty.nats': 'up' },
    });
  },
  DEADLINE_MS,
);
