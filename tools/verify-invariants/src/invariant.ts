/** One thing that must hold. The query gives a row for each breach: what it is about, and what is wrong with it. */
export interface Invariant {
  /** Number of the promise in docs/architecture.md. */
  promise: 1 | 2 | 4;
  holds: string;
  /** With the parameter $1 where it reads the statement: lines of JSON, each charge once. */
  sql: string;
  readsStatement?: true;
  /** Checked where there is this table: a database of an earlier release has it only after its next start. */
  ifTable?: string;
}
