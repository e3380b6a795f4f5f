/** A rule. Its query returns a row for each breach, with the subject and the defect. */
export interface Invariant {
  /** Number of the promise in docs/architecture.md. */
  promise: 1 | 2 | 4;
  holds: string;
  /** May use the parameter $1: the statement, as lines of JSON, each charge once. */
  sql: string;
  readsStatement?: true;
  /** The rule is skipped without this table: a database of an earlier release gets it at its next start. */
  ifTable?: string;
}
