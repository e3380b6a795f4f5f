import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { IntakeBudget } from '../receiver/intake-budget.js';
import { receiveTraces } from '../receiver/receive-traces.js';
import { TraceStore } from '../store/trace-store.js';
import { answerError, answerFile, answerJson, HttpError } from './answer.js';
import { answerApi } from './api.js';
import { timelineReader, type Gateway } from './order-timeline.js';
import { readPage, type StaticFile } from './static-files.js';

const REQUEST_DEADLINE_MS = 10_000;
const CHECK_DEADLINES_MS = 1_000;
/** A client that reads nothing for this long is disconnected. */
const IDLE_MAX_MS = 30_000;
const CONNECTIONS_MAX = 128;
const LIMITS = { requestTimeout: REQUEST_DEADLINE_MS, connectionsCheckingInterval: CHECK_DEADLINES_MS };
/** Error codes of a connection that its client has closed. */
const ignore = (): void => undefined;
/** Addresses that the page itself handles. */
const VIEWS = /^\/(map|traces\/[^/]+)?$/;
/** Protects against DNS rebinding: a web site may point its own name at 127.0.0.1. */
const OUR_NAMES = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

export interface TracesServer {
  url: string;
  close: () => Promise<void>;
}

export interface TracesServerOptions {
  /** On 127.0.0.1. */
  port: number;
  gateway: Gateway;
  store?: TraceStore;
  budget?: IntakeBudget;
  onDefect: (error: unknown) => void;
}

/** Receives traces over OTLP/HTTP and shows them. @throws when the port is in use */
export async function startTracesServer(options: TracesServerOptions): Promise<TracesServer> {
  const { port, onDefect } = options;
  const answer = answerer(options);
  const server = createServer(LIMITS, (request, response) => {
    request.on('error', ignore);
    response.on('error', ignore);
    answer(request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return; // The client has disconnected.
      if (!(error instanceof HttpError)) onDefect(error);
      answerError(response, error);
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.timeout = IDLE_MAX_MS;
  server.on('connection', (socket) => socket.on('error', ignore));
  await once(server.listen(port, '127.0.0.1'), 'listening');
  // For example when no file descriptors are left. An unhandled `error` event would end the platform.
  server.on('error', onDefect);
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://localhost:${port}`, close };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function answerer({
  gateway,
  store = new TraceStore(),
  budget = new IntakeBudget(),
}: TracesServerOptions): Answer {
  const page = readPage();
  const readTimeline = timelineReader(gateway);
  return async (request, response) => {
    if (!OUR_NAMES.test(request.headers.host ?? '')) {
      throw new HttpError(403, 'FOREIGN_HOST', 'Only localhost is answered here.');
    }
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (url === null) throw new HttpError(400, 'BAD_ADDRESS', 'This is no address.');
    const { method } = request;
    if (method === 'POST') {
      if (url.pathname === '/v1/traces')
        return answerJson(response, await receiveTraces(request, store, budget));
      // Logs and metrics are accepted and dropped, so that exporters neither wait nor log errors.
      if (url.pathname === '/v1/logs' || url.pathname === '/v1/metrics') return answerJson(response, {});
    }
    if (method !== 'GET')
      throw new HttpError(405, 'NOT_ALLOWED', `${method} is not answered at ${url.pathname}.`);
    if (url.pathname.startsWith('/api/')) {
      return answerJson(response, await answerApi(url, store, readTimeline));
    }
    return answerFile(response, fileAt(url, page));
  };
}

function fileAt({ pathname }: URL, page: Map<string, StaticFile>): StaticFile {
  const file = page.get(VIEWS.test(pathname) ? 'index.html' : pathname.replace('/page/', ''));
  if (file === undefined) throw new HttpError(404, 'NOT_FOUND', 'There is no such page.');
  return file;
}
