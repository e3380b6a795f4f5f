import type { Span } from '@opentelemetry/api';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import { ATTR_DB_COLLECTION_NAME, ATTR_DB_OPERATION_NAME } from '@opentelemetry/semantic-conventions';
import { logDiagnostics } from './diagnostics.js';
import { setDefaultLimits } from './limits.js';
import { sqlTarget } from './sql-target.js';

export type NodeSdk = ReturnType<typeof startNodeSdk>;

/** Only instrumentation that is worth its cost. Our own code makes the spans of HTTP, messages and transactions, for sampled traces. */
export function startSdk(service: string): NodeSdk {
  setDefaultLimits(process.env);
  const sdk = startNodeSdk({
    logLevel: process.env['OTEL_LOG_LEVEL'] ?? 'warn',
    instrumentations: [
      // Statements of sampled traces only. Parameters are customer data and are left out.
      new PgInstrumentation({
        requireParentSpan: true,
        ignoreConnectSpans: true,
        requestHook: (span, { query }) => nameStatement(span, query.text, service),
      }),
      new RuntimeNodeInstrumentation(),
    ],
  });
  // The start replaced our diagnostics logger. It stays replaced when a log level is set.
  if (process.env['OTEL_LOG_LEVEL'] === undefined) logDiagnostics(service);
  return sdk;
}

/**
 * `{operation} {table}`, as the conventions want it; the instrumentation reads no statement. The schema of a service has the
 * service's name. https://opentelemetry.io/docs/specs/semconv/database/database-spans/#name
 */
function nameStatement(span: Span, text: string, schema: string): void {
  if (!span.isRecording()) return;
  const { operation, collection } = sqlTarget(text, schema);
  span.updateName(collection === undefined ? operation : `${operation} ${collection}`);
  span.setAttribute(ATTR_DB_OPERATION_NAME, operation);
  if (collection !== undefined) span.setAttribute(ATTR_DB_COLLECTION_NAME, collection);
}
