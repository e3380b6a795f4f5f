import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inRepository } from './fixtures/repository.js';

const files = ['docker-compose.yml', 'Dockerfile', ...globSync('k8s/**/*.yaml', { cwd: inRepository('.') })];
/** `image: name:tag`, `imageName:` of an operator, `FROM name:tag`; a stage of the Dockerfile has no tag. */
const REFERENCE = /^\s*(?:- )?(?:image(?:Name)?:|FROM)\s+["']?([^\s"'#]+)/gm;

const named = files.flatMap((file) =>
  [...readFileSync(inRepository(file), 'utf8').matchAll(REFERENCE)].map(([, image = '']) => ({
    file,
    image,
  })),
);
/** Ours are built here, and named by their version. */
const foreign = named.filter(({ image }) => !image.startsWith('doorbuster/') && /[:@/]/.test(image));

it('every image of others is named by a version, and by its digest where one is given', () => {
  expect(foreign.length).toBeGreaterThan(8);
  const loose = foreign.filter(({ image }) => !/^[\w./-]+:v?\d[\w.-]*(@sha256:[0-9a-f]{64})?$/.test(image));
  expect(loose).toEqual([]);
});

it('an image is the same wherever it is named', () => {
  const byName = Map.groupBy(foreign, ({ image }) => image.split(/[:@]/)[0]);
  for (const uses of byName.values()) {
    expect(new Set(uses.map(({ image }) => image)).size, JSON.stringify(uses)).toBe(1);
  }
});
