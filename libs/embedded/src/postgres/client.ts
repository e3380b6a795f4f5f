import { Client } from 'pg';

const CONNECT_DEADLINE_MS = 10_000;
const STATEMENT_DEADLINE_MS = 30_000;

/** Runs `work` on a new connection. Closing it rolls back an open transaction. */
export async function withClient<T>(
  url: string,
  work: (client: Client) => Promise<T>,
  statementDeadlineMs = STATEMENT_DEADLINE_MS,
): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_DEADLINE_MS,
    query_timeout: statementDeadlineMs,
  });
  client.on('error', () => undefined); // The current query rejects, too.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
