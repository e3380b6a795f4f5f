import { GenerateError } from '../generate-error.js';
import { releasedNames } from '@doorbuster/contracts/released-names';

/**
 * Adds new names to the file of names that other releases and the broker know.
 *
 * @throws when a name is gone, because a removal needs a release in between that no longer uses the name
 */
export function frozenNames(current: string): string {
  const gone = missingFrom(JSON.parse(current), JSON.parse(JSON.stringify(releasedNames)));
  if (gone.length > 0) {
    throw new GenerateError(
      `other releases use these names, which are gone: ${gone.join(', ')}. Restore them. If no release uses them any more, ` +
        'delete them from libs/contracts/test/frozen-names.json, too. If none has them yet, drop them with ' +
        'git restore --source=origin/main libs/contracts/test/frozen-names.json && npm run generate:all',
    );
  }
  return `${JSON.stringify(releasedNames, null, 2)}\n`;
}

/** What `before` has and `after` has not, as text. Order does not matter. */
export function missingFrom(before: unknown, after: unknown): string[] {
  if (Array.isArray(before)) {
    const kept = new Map((after as unknown[] | undefined)?.map((value) => [keyOf(value), value]));
    return before.flatMap((value) => {
      const key = keyOf(value);
      return kept.has(key) ? missingFrom(value, kept.get(key)) : [key];
    });
  }
  if (typeof before !== 'object' || before === null) return before === after ? [] : [String(before)];
  return Object.entries(before).flatMap(([key, value]) =>
    missingFrom(value, (after as Record<string, unknown> | undefined)?.[key]),
  );
}

/** Of a consumer or a stream its name, since either may get further subjects. */
function keyOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, stream = '' } = value as { name: string; stream?: string };
  return `${stream} ${name}`.trim();
}
