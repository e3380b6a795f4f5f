/** One column of many rows, as `unnest($1::text[])` takes it. */
export const pluck = <T, K extends keyof T>(rows: readonly T[], key: K): T[K][] =>
  rows.map((row) => row[key]);
