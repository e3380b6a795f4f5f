import type { ServerResponse } from 'node:http';
import type { StaticFile } from './static-files.js';

/** The response has its status and `{ code, detail }`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
  }
}

/** The page shows text from spans. None of it may run, or load anything. */
const SAFETY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** @throws before it sends anything when the JSON exceeds the longest string */
export function answerJson(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(200, { ...SAFETY, 'content-type': 'application/json; charset=utf-8' }).end(text);
}

export const answerFile = (response: ServerResponse, { type, content }: StaticFile): void =>
  void response.writeHead(200, { ...SAFETY, 'content-type': type }).end(content);

/** The rest of a refused body is not read, so the connection is closed. */
export function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const known =
    error instanceof HttpError
      ? error
      : new HttpError(500, 'INTERNAL', 'This is a defect of the traces page.');
  const headers = { ...SAFETY, ...known.headers, connection: 'close', 'content-type': 'application/json' };
  response.writeHead(known.status, headers).end(JSON.stringify({ code: known.code, detail: known.message }));
}
