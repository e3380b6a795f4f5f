import { BrowserApiClient, type Fetch } from '@doorbuster/api-client/browser';
import { observeDate } from './server-clock.js';

const TIMEOUT_MS = 20_000;

/** The browser's, which also tells the server's time. */
const observingFetch: Fetch = async (url, request) => {
  const sentAt = Date.now();
  const response = await fetch(url, request);
  observeDate({ date: response.headers.get('date'), sentAt, receivedAt: Date.now() });
  return response;
};

/** For what anyone may read. */
export const api = new BrowserApiClient({ url: '', fetch: observingFetch, timeoutMs: TIMEOUT_MS });
