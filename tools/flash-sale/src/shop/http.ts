import { Pool } from 'undici';

export interface Answer {
  status: number;
  retryAfterMs: number | undefined;
  /** `undefined` when it is not JSON: something in between has answered. */
  body: unknown;
}

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: object;
  /** From sending to the answer. */
  deadlineMs: number;
  /** With the wait for a free connection, which counts: for whoever asks, the request has begun. */
  patienceMs?: number;
}

/** A pool looks through its connections for a free one: many small pools are faster than a large one. */
const POOL_CONNECTIONS_MAX = 250;
const CONNECT_DEADLINE_MS = 10_000;
const PATIENCE_MS = 120_000;

/** Many connections to one address; a visitor always comes by the same pool. */
export class Connections {
  private readonly pools: Pool[];

  constructor(url: string, connectionsMax: number) {
    const pools = Math.ceil(connectionsMax / POOL_CONNECTIONS_MAX);
    this.pools = Array.from({ length: pools }, () => {
      const connections = Math.ceil(connectionsMax / pools);
      return new Pool(url, { connections, pipelining: 1, connect: { timeout: CONNECT_DEADLINE_MS } });
    });
  }

  /** `undefined` when no whole answer came in time. */
  async ask(visitor: number, request: Request): Promise<Answer | undefined> {
    try {
      const { statusCode, headers, body } = await this.send(visitor, request);
      const text = await body.text();
      return { status: statusCode, retryAfterMs: retryAfterMs(headers['retry-after']), body: parse(text) };
    } catch {
      return undefined;
    }
  }

  /** The data of each server-sent event as it comes; ends with the stream, also when that breaks. */
  async *events(visitor: number, request: Request): AsyncGenerator {
    try {
      const { statusCode, body } = await this.send(visitor, request);
      if (statusCode !== 200) return await body.dump();
      let rest = '';
      for await (const chunk of body.setEncoding('utf8')) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith('data:')) yield parse(line.slice('data:'.length));
      }
    } catch {
      // Whoever listens asks for the order instead.
    }
  }

  /** Breaks what is open. */
  async close(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.destroy()));
  }

  private send(visitor: number, request: Request) {
    const { method, path, headers, body, deadlineMs, patienceMs = PATIENCE_MS } = request;
    const pool = this.pools[visitor % this.pools.length] as Pool;
    return pool.request({
      method,
      path,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(Math.ceil(patienceMs)),
      headersTimeout: deadlineMs,
      bodyTimeout: deadlineMs,
    });
  }
}

/** Seconds only: nobody here sends dates. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
