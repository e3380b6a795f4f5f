/** A server in run.json. */
export interface ServerView {
  /** `null` for an external server and during a restart. */
  pid: number | null;
  /** With an administrator's credentials. */
  url: string;
  /** The storage; `null` for an external server. */
  dir: string | null;
}
