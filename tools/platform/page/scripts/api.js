const DEADLINE_MS = 8_000;

/** An answer that says why it is none. */
export class ApiError extends Error {
  constructor(code, detail) {
    super(detail);
    this.code = code;
  }
}

export async function get(path) {
  const response = await fetch(`/api/${path}`, { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => {
    throw new ApiError('UNREACHABLE', 'The platform does not answer. Is it still running?');
  });
  const body = await response.json().catch(() => ({ code: 'BAD_ANSWER', detail: 'The answer is not JSON.' }));
  if (!response.ok) throw new ApiError(body.code, body.detail);
  return body;
}
