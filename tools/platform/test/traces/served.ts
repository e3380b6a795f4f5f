import { findFreePort } from '@doorbuster/embedded';
import { startTracesServer, type TracesServerOptions } from '../../src/traces/http/traces-server.js';
import { otlp, type TestSpan } from './otlp.js';

export interface Served {
  url: string;
  post: (body: string | Buffer<ArrayBuffer>, headers?: Record<string, string>) => Promise<Response>;
  send: (...spans: TestSpan[]) => Promise<void>;
  /** The body of what the page's API answers. */
  get: <T>(path: string) => Promise<T>;
  defects: unknown[];
  close: () => Promise<void>;
}

/** A traces server on a port of its own. */
export async function serve(options: Partial<TracesServerOptions> = {}): Promise<Served> {
  const defects: unknown[] = [];
  const server = await startTracesServer({
    port: await findFreePort(),
    gateway: { url: 'http://127.0.0.1:9', issuesTokens: true },
    onDefect: (error) => defects.push(error),
    ...options,
  });
  const url = server.url.replace('localhost', '127.0.0.1');
  const post: Served['post'] = (body, headers = {}) =>
    fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  return {
    url,
    defects,
    post,
    send: async (...spans) => {
      const response = await post(JSON.stringify(otlp(...spans)));
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    },
    get: async <T>(path: string) => (await (await fetch(`${url}/api/${path}`)).json()) as T,
    close: server.close,
  };
}
