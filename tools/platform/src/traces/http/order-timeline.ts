import { accessToken, timeline, type Timeline } from '@doorbuster/contracts';
import { OWN_USER_AGENT } from '../queries/trace-summary.js';
import { HttpError } from './answer.js';

const REQUEST_DEADLINE_MS = 5_000;
/** A token is renewed before it expires. */
const TOKEN_MARGIN_MS = 30_000;

export interface Gateway {
  url: string;
  /** Whether the gateway issues tokens. */
  issuesTokens: boolean;
}

export type ReadTimeline = (orderId: string) => Promise<Timeline>;

/** Reads the saga of an order from the gateway, as an administrator. @throws HttpError */
export function timelineReader({ url, issuesTokens }: Gateway): ReadTimeline {
  let token = { text: '', validUntil: 0 };
  const fresh = async (): Promise<string> => {
    if (Date.now() < token.validUntil) return token.text;
    const answer = await ask(`${url}/v1/auth/token`, signIn);
    const issued = accessToken.safeParse(await answer.json().catch(() => undefined)).data;
    if (issued === undefined) throw new HttpError(502, 'GATEWAY_FAILED', 'The gateway gives out no token.');
    token = { text: issued.accessToken, validUntil: Date.now() + issued.expiresIn * 1_000 - TOKEN_MARGIN_MS };
    return token.text;
  };
  const read = async (orderId: string): Promise<Response> => {
    const headers = { authorization: `Bearer ${await fresh()}`, 'user-agent': OWN_USER_AGENT };
    return ask(`${url}/v1/orders/${encodeURIComponent(orderId)}/timeline`, { headers });
  };
  return async (orderId) => {
    if (!issuesTokens) throw noTimeline();
    let response = await read(orderId);
    if (response.status === 401) {
      // The gateway has been restarted with another secret.
      token = { text: '', validUntil: 0 };
      response = await read(orderId);
    }
    return timelineIn(response);
  };
}

async function timelineIn(response: Response): Promise<Timeline> {
  if (response.status === 404) throw new HttpError(404, 'UNKNOWN_ORDER', 'The gateway knows no such order.');
  const parsed = timeline.safeParse(await response.json().catch(() => undefined));
  if (response.ok && parsed.success) return parsed.data;
  throw new HttpError(502, 'GATEWAY_FAILED', `The gateway answered ${response.status}.`);
}

const noTimeline = (): HttpError =>
  new HttpError(
    404,
    'NO_TIMELINE',
    'With AUTH_JWKS_URL set, the gateway gives out no token to read timelines with.',
  );

const signIn: RequestInit = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'user-agent': OWN_USER_AGENT },
  body: JSON.stringify({ customerId: 'traces-page', role: 'admin' }),
};

async function ask(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(REQUEST_DEADLINE_MS) });
  } catch (cause) {
    throw new HttpError(
      502,
      'GATEWAY_UNREACHABLE',
      `The gateway does not answer: ${(cause as Error).message}.`,
    );
  }
}
