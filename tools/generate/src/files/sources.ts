import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../repository.js';

type Generated = Record<string, (current: string) => string>;

/** It is bundled for browsers, not compiled for Node, and the gateway serves its files without importing it. */
const WEB = 'web';

const NOT_EXPORTED = ['index.ts', 'released-names.ts'];

/** Files that the compiler reads, so the others can be generated only after the next build. */
export const sourceFiles = (): Generated => ({
  'libs/contracts/src/index.ts': contractsIndex,
  'tsconfig.json': rootReferences,
  ...Object.fromEntries(
    globSync('apps/*/package.json', { cwd: ROOT })
      .filter((manifest) => manifest !== `apps/${WEB}/package.json`)
      .map((manifest) => [
        path.posix.join(path.posix.dirname(manifest), 'tsconfig.json'),
        () => appReferences(manifest),
      ]),
  ),
});

/** Every contract is exported, so that no file of contracts can be forgotten. */
function contractsIndex(): string {
  const files = globSync('**/*.ts', { cwd: path.join(ROOT, 'libs/contracts/src') });
  return files
    .filter((file) => !NOT_EXPORTED.includes(file))
    .toSorted()
    .map((file) => `export * from './${file.replace(/\.ts$/, '.js')}';\n`)
    .join('');
}

/** Every part of the workspace that is compiled. `tsc -b` finds the order itself. */
function rootReferences(): string {
  const compiled = globSync('{libs,apps,tools}/*/package.json', { cwd: ROOT })
    .map((file) => path.posix.dirname(file))
    .filter((folder) => folder.startsWith('apps/') || existsSync(path.join(ROOT, folder, 'tsconfig.json')));
  const references = compiled.toSorted().map((folder) => ({ path: folder }));
  return `${JSON.stringify({ files: [], references }, null, 2)}\n`;
}

/** An app is compiled after the libraries that it depends on. */
function appReferences(manifest: string): string {
  const { dependencies } = JSON.parse(readFileSync(path.join(ROOT, manifest), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const libraries = Object.keys(dependencies).filter(
    (name) => name.startsWith('@doorbuster/') && name !== `@doorbuster/${WEB}`,
  );
  const config = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
    references: libraries.map((name) => ({ path: name.replace('@doorbuster/', '../../libs/') })),
  };
  // As prettier formats it.
  return `${JSON.stringify(config, null, 2).replace(/\[\s+"src"\s+\]/, '["src"]')}\n`;
}
