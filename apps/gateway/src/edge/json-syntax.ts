/** Where a text stops being JSON, and what JSON has there. */
export interface JsonSyntaxError {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 code units. */
  column: number;
  expected: string;
  /** What is there: one character at most, since the text may contain secrets. */
  found: string;
}

const SPACE = /[ \t\n\r]*/y;
const TOKEN =
  /[{}[\],:]|"(?:[ !#-[\]-\uFFFF]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

/** The text that may follow, by what was read before. */
const EXPECTED = {
  value: 'a value',
  valueOrEnd: 'a value or ]',
  key: 'a property name in double quotes',
  keyOrEnd: 'a property name in double quotes or }',
  colon: 'a colon',
  afterProperty: 'a comma or }',
  afterItem: 'a comma or ]',
  end: 'nothing more',
} as const;
type State = keyof typeof EXPECTED;

/** Finds the first syntax error, without recursion: a body may nest 30,000 levels. `undefined` when the text is JSON. */
export function findJsonError(text: string): JsonSyntaxError | undefined {
  const open: ('{' | '[')[] = [];
  let state: State = 'value';
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    const next: State | undefined = token === undefined ? undefined : after(token, state, open);
    if (next === undefined) return errorAt(text, at, token, state);
    state = next;
  }
  return state === 'end' ? undefined : errorAt(text, text.length, undefined, state);
}

/** The next state, or `undefined` for a token that cannot stand here. */
function after(token: string, state: State, open: ('{' | '[')[]): State | undefined {
  const takesValue = state === 'value' || state === 'valueOrEnd';
  const afterValue = (): State =>
    open.length === 0 ? 'end' : open.at(-1) === '{' ? 'afterProperty' : 'afterItem';
  switch (token) {
    case '{':
    case '[':
      if (!takesValue) return undefined;
      open.push(token);
      return token === '{' ? 'keyOrEnd' : 'valueOrEnd';
    case '}':
      if (state !== 'keyOrEnd' && state !== 'afterProperty') return undefined;
      open.pop();
      return afterValue();
    case ']':
      if (state !== 'valueOrEnd' && state !== 'afterItem') return undefined;
      open.pop();
      return afterValue();
    case ',':
      if (state === 'afterProperty') return 'key';
      return state === 'afterItem' ? 'value' : undefined;
    case ':':
      return state === 'colon' ? 'value' : undefined;
    default:
      if (takesValue) return afterValue();
      return token.startsWith('"') && (state === 'key' || state === 'keyOrEnd') ? 'colon' : undefined;
  }
}

function errorAt(text: string, at: number, token: string | undefined, state: State): JsonSyntaxError {
  const before = text.slice(0, at).split('\n');
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (token === undefined && character === '"') {
    const expected = 'a closed string with valid escapes and no line break';
    return { ...position, expected, found: 'a string without them' };
  }
  return {
    ...position,
    expected: EXPECTED[state],
    found: at < text.length ? character : 'the end of the body',
  };
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}
