import type { Problem } from '@doorbuster/contracts';
import { ParsingApiClient, type ApiClientOptions } from './api-client.js';
import type { Answer, Parser } from './schemas.js';

export { ApiError, NoAnswerError } from './errors.js';
export type { ApiResponse, Fetch } from './http.js';

/**
 * Takes answers as they are. Zod and all schemas of the contract would be a quarter of the script that a page may load,
 * and the gateway that answers also serves the page.
 */
const trustingParser: Parser = {
  answer: (name, body) => body as Answer<typeof name>,
  problem: (body) => (isProblem(body) ? body : undefined),
};

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;

/** The client for pages: the same calls and types as `ApiClient`, without the schemas. */
export class BrowserApiClient extends ParsingApiClient {
  constructor(options: ApiClientOptions) {
    super(options, trustingParser);
  }
}
