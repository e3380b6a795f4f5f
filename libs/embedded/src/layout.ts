import path from 'node:path';

/** Paths of the embedded servers in `DATA_DIR`. */
export interface DataLayout {
  root: string;
  /** The data directory of PostgreSQL itself (PGDATA). */
  postgres: string;
  /** Configuration and JetStream storage of NATS. All of it may be deleted while the server is down. */
  nats: string;
  credentials: string;
  /** Charges of the simulated payment provider. Used with the embedded database only. */
  providerStatement: string;
}

export function layoutOf(dataDir: string): DataLayout {
  const root = path.resolve(dataDir);
  return {
    root,
    postgres: path.join(root, 'postgres'),
    nats: path.join(root, 'nats'),
    credentials: path.join(root, 'credentials.json'),
    providerStatement: path.join(root, 'provider-statement.jsonl'),
  };
}
