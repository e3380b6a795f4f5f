/** What is told about a server in run.json. */
export interface ServerView {
  /** `null` of a server that is not ours, or that is being restarted. */
  pid: number | null;
  /** With an administrator's credentials. */
  url: string;
  /** What the server keeps; `null` of a server that is not ours. */
  dir: string | null;
}
