/** One property of all rows, as a parameter for `unnest($1::text[])`. */
export const pluck = <T, K extends keyof T>(rows: readonly T[], key: K): T[K][] =>
  rows.map((row) => row[key]);
