/** What PostgreSQL needs of a search text. The functions of `create-search.migration.ts` split the texts of products alike. */
export interface SearchText {
  /** For `websearch_to_tsquery`: words, quotes, `or` and `-`. "t-shirt" is "tshirt", "pour-over" is a phrase. */
  withPhrases: string;
  /** The same with "pour-over" as "pourover", and single letters joined to the next word. */
  withCompounds: string;
  /** Empty when the text has quotes, `or` or `-`: it then says exactly what to find. */
  words: readonly string[];
}

/** Characters between words, as in `create-search.migration.ts`. */
const SEPARATORS = String.raw`\u0001-/:-@\[-\u0060{-\u00bf\u2000-\u2bff\u3000-\u3020`;
const WORD = `[^${SEPARATORS}]`;

const APOSTROPHES = new RegExp(`['’](s(?!${WORD}))?`, 'gu');
const INNER_DASH = new RegExp(`(?<=${WORD})-(?=${WORD})`, 'gu');
const SINGLE_LETTER = new RegExp(`(?<!${WORD})(${WORD}) (?=${WORD})`, 'gu');
/** English drops the words "s" and "t", so "t shirt" alone would find every shirt. */
const DROPPED_LETTER = new RegExp(`(?<!${WORD})([st])[ -](?!or(?!${WORD}))(?=${WORD})`, 'gu');
const TOKENS = new RegExp(`"|(?<=^|\\s)-(?=["]|${WORD})|${WORD}+(?:-${WORD}+)*`, 'gu');

/** Maximum of negations: PostgreSQL nests them and fails at a depth of 32. */
const NEGATIONS_MAX = 16;
const LETTERS: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  '‐': '-',
  '‑': '-',
};

/** Lower case, without accents and apostrophes. */
const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll(/[øłđıßæœ‐‑]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(APOSTROPHES, '');

export function parseSearch(q: string): SearchText {
  const folded = fold(q).replaceAll(/\s+/g, ' ');
  const withPhrases = folded.replaceAll(DROPPED_LETTER, '$1');
  const tokens = withPhrases.match(TOKENS) ?? [];
  const isPlain = !tokens.some((token) => token === '"' || token === '-' || token === 'or');
  return {
    withPhrases: toWebSearch(withPhrases),
    withCompounds: toWebSearch(folded.replaceAll(INNER_DASH, '').replaceAll(SINGLE_LETTER, '$1')),
    words: isPlain ? tokens.flatMap((token) => token.split('-')) : [],
  };
}

function toWebSearch(folded: string): string {
  let isQuoted = false;
  let negations = 0;
  let text = '';
  for (const token of folded.match(TOKENS) ?? []) {
    if (token === '"') {
      isQuoted = !isQuoted;
      text += isQuoted ? '"' : '" ';
    } else if (token === '-') {
      text += !isQuoted && ++negations <= NEGATIONS_MAX ? '-' : '';
    } else {
      const words = token.replaceAll('-', ' ');
      text += words === token || isQuoted ? `${words} ` : `"${words}" `;
    }
  }
  return text.trim();
}

/**
 * Edit distance between two words (optimal string alignment): the least number of letters missing, added or wrong, or of
 * neighbours exchanged.
 */
export function editDistance(a: string, b: string): number {
  // Row i has the distances between the first i letters of a and each start of b.
  let [beforeLast, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = isExchanged ? at(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, exchanged));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

const at = (row: readonly number[] | undefined, j: number): number => row?.[j] ?? Infinity;
