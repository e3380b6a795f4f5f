import { setTimeout as delay } from 'node:timers/promises';
import { accessToken } from '@doorbuster/contracts';

const REQUEST_DEADLINE_MS = 5_000;
const RETRY_DELAY_MS = 100;
/** What passes: over the limit, a service still on its way. */
const PASSING = new Set([429, 502, 503, 504]);

export interface Answer {
  status: number;
  body: unknown;
}

interface Request {
  method?: 'GET' | 'POST';
  body?: unknown;
  headers?: Record<string, string>;
  /** Further statuses that are worth another try. */
  retryOn?: number[];
}

/** The public REST API, as an administrator of the shop uses it. */
export class GatewayClient {
  private constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly end: number,
  ) {}

  /** Every call together takes no longer than the deadline. */
  static async asAdmin(url: string, customerId: string, deadlineMs: number): Promise<GatewayClient> {
    const anonymous = new GatewayClient(url, '', Date.now() + deadlineMs);
    const body = { customerId, role: 'admin' };
    const answer = await anonymous.call('/v1/auth/token', { method: 'POST', body });
    return new GatewayClient(url, accessToken.parse(answer.body).accessToken, anonymous.end);
  }

  /** The answer, once it is one that trying again would not change. */
  async call(path: string, request: Request = {}): Promise<Answer> {
    for (;;) {
      const response = await this.send(path, request);
      const worthAnotherTry =
        PASSING.has(response.status) || request.retryOn?.includes(response.status) === true;
      if (!worthAnotherTry) return { status: response.status, body: await response.json() };
      const detail = await response.text();
      if (Date.now() > this.end) throw new Error(`${path} still answers ${response.status}: ${detail}`);
      await delay(Number(response.headers.get('retry-after') ?? 0) * 1_000 || RETRY_DELAY_MS);
    }
  }

  private send(path: string, { method = 'GET', body, headers }: Request): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.token !== '' && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
    });
  }
}
