import type { IncomingMessage } from 'node:http';
import { HttpError } from '../http/answer.js';
import type { TraceStore } from '../store/trace-store.js';
import { decodeExport, type DecodedExport } from './decode-export.js';
import type { IntakeBudget } from './intake-budget.js';
import { readBody } from './request-body.js';

/** `POST /v1/traces` of OTLP/HTTP: stores valid spans and returns the number of invalid ones. @throws HttpError */
export async function receiveTraces(
  request: IncomingMessage,
  store: TraceStore,
  budget: IntakeBudget,
): Promise<object> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new HttpError(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'only OTLP/JSON is understood here: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json',
    );
  }
  const intake = budget.enter();
  if (intake === undefined)
    throw new HttpError(429, 'TOO_MUCH', 'more comes than is read here', { 'retry-after': '1' });
  try {
    const { spans, rejected } = parse(await readBody(request, intake.charge));
    for (const span of spans) store.add(span);
    if (rejected === 0) return {};
    // 64 bits are text in the JSON of protocol buffers.
    return {
      partialSuccess: { rejectedSpans: String(rejected), errorMessage: 'ids or times that are none' },
    };
  } finally {
    intake.leave();
  }
}

function parse(body: Buffer): DecodedExport {
  try {
    return decodeExport(JSON.parse(body.toString()));
  } catch (error) {
    throw new HttpError(400, 'BAD_EXPORT', `not an export of traces: ${(error as Error).message}`);
  }
}
