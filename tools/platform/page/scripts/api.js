const DEADLINE_MS = 8_000;

/** What the server answers. @throws with a sentence to show when it is an error */
export async function get(path) {
  const response = await fetch(`/api/${path}`, { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => {
    throw new Error('The platform does not answer. Is it still running?');
  });
  const body = await response.json().catch(() => ({ detail: 'The answer is not JSON.' }));
  if (!response.ok) throw new Error(body.detail);
  return body;
}
