import type { ServerResponse } from 'node:http';
import { HttpError } from './http-error.js';
import type { StaticFile } from './static-files.js';

/** The page shows what others named. Nothing of that may run, nor load anything. */
const SAFETY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

export const answerJson = (response: ServerResponse, body: object, status = 200): void =>
  void response
    .writeHead(status, { ...SAFETY, 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(body));

export const answerFile = (response: ServerResponse, { type, content }: StaticFile): void =>
  void response.writeHead(200, { ...SAFETY, 'content-type': type }).end(content);

/** What is left of a refused request's body is not read, so its connection ends. */
export function answerError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof HttpError
      ? error
      : new HttpError(500, 'INTERNAL', 'This is a defect of the traces page.');
  const headers = { ...SAFETY, ...known.headers, connection: 'close', 'content-type': 'application/json' };
  response.writeHead(known.status, headers).end(JSON.stringify({ code: known.code, detail: known.message }));
}
