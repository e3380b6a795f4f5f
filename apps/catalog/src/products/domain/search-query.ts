import { editDistance } from './search-text.js';

/** A word of the products' names and categories, found for a word of a search. */
export interface SimilarTerm {
  word: string;
  term: string;
}

/** A longer search has no typos corrected, so its work is bounded. */
const WORDS_MAX = 10;
const PREFIX_LENGTH_MIN = 2;
/** In a shorter word, two typos make another word. */
export const TWO_TYPOS_LENGTH_MIN = 7;

/** PostgreSQL's text of a query: any of the terms, in a name or category. Quotes and backslashes end a word, so no term has one. */
export const anyInName = (terms: readonly string[]): string =>
  terms.map((term) => `'${term}':AB`).join(' | ');

/** The last word as it may be incomplete, and the words before it; `undefined` when it is too short. */
export function typedPrefix(words: readonly string[]): { prefix: string; before: string } | undefined {
  const prefix = words.at(-1) ?? '';
  if (prefix.length < PREFIX_LENGTH_MIN) return undefined;
  return { prefix, before: words.slice(0, -1).join(' ') };
}

/** The words to look for similar terms of: each word, and each two neighbours joined ("blue tooth"). */
export function correctable(words: readonly string[]): string[] {
  if (words.length > WORDS_MAX) return [];
  const joined = words.slice(1).map((word, i) => `${words[i]}${word}`);
  return [...new Set([...words, ...joined].flatMap(withSingular))];
}

/**
 * PostgreSQL's text of a query for which each word, or the word joined to a neighbour, is there as it is, in a name as the
 * start of a word, or in a name with one typo. A long word without any of these may have two.
 */
export function correctedQuery(words: readonly string[], similar: readonly SimilarTerm[]): string {
  const alternatives = (word: string): string[] => alternativesOf(word, similar);
  return words
    .map((word, i) => {
      const [previous, next] = [words[i - 1], words[i + 1]];
      const terms = new Set([
        ...alternatives(word),
        ...(previous === undefined ? [] : alternatives(previous + word)),
        ...(next === undefined ? [] : alternatives(word + next)),
      ]);
      return terms.size === 0 ? `'${word}'` : `('${word}' | ${anyInName([...terms])})`;
    })
    .join(' & ');
}

function alternativesOf(word: string, similar: readonly SimilarTerm[]): string[] {
  const forms = withSingular(word);
  const terms = similar.filter((each) => forms.includes(each.word)).map(({ term }) => term);
  const within = (distanceMax: number): string[] =>
    terms.filter((term) =>
      forms.some((form) => term.startsWith(form) || editDistance(form, term) <= distanceMax),
    );
  const close = within(1);
  return close.length > 0 || word.length < TWO_TYPOS_LENGTH_MIN ? close : within(2);
}

/** The stem of a word with a typo is unknown, so a final "s" may be the plural's. */
const withSingular = (word: string): string[] => (/...s$/.test(word) ? [word, word.slice(0, -1)] : [word]);
