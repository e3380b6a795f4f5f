import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { STYLES } from '../src/docs/docs-page.styles.js';
import { DOCS_SCRIPT } from '../src/docs/docs-script.js';

const assetOf = (name: string): string =>
  readFileSync(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)), 'utf8');

interface Plugin {
  components: Record<string, unknown>;
  wrapComponents: Record<string, unknown>;
}

/** What the script hands to Swagger UI, without a browser. */
function pluginsOf(script: string): Plugin[] {
  let plugins: ((system: { React: object }) => Plugin)[] = [];
  const browser = createContext({
    matchMedia: () => ({ addEventListener: () => undefined }),
    MutationObserver: class {
      observe(): void {}
    },
    document: { documentElement: { classList: { toggle: () => true } }, querySelector: () => null },
    SwaggerUIBundle: (options: { plugins: typeof plugins }) => ({ plugins } = options),
  });
  runInContext(script, browser);
  return plugins.map((plugin) => plugin({ React: {} }));
}

describe('what the page at /docs adds to Swagger UI', () => {
  const bundle = assetOf('swagger-ui-bundle.js');

  it('replaces and wraps components that Swagger UI has', () => {
    const names = pluginsOf(DOCS_SCRIPT).flatMap(({ components, wrapComponents }) =>
      Object.keys({ ...components, ...wrapComponents }),
    );
    expect(names).toEqual(['DeepLink', 'InfoContainer', 'operations', 'authorizationPopup']);
    expect(names.filter((name) => !new RegExp(`[{,]${name}:`).test(bundle))).toEqual([]);
  });

  it('names only classes of Swagger UI, in styles and in the script', () => {
    const own = new Set(['calls']);
    const known = bundle + assetOf('swagger-ui.css');
    const selectors = [STYLES.replaceAll(/\{[^{}]*\}/g, ''), ...DOCS_SCRIPT.matchAll(/\['([^']+)'/g)].map(
      String,
    );
    const classes = selectors.flatMap((text) =>
      [...text.matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name]) => name ?? ''),
    );
    expect(classes.length).toBeGreaterThan(30);
    expect(classes.filter((name) => !own.has(name) && !known.includes(name))).toEqual([]);
  });
});
