import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import { logDiagnostics } from './diagnostics.js';

export type NodeSdk = ReturnType<typeof startNodeSdk>;

/** Only what earns its cost: spans of HTTP, messages and transactions are made where they are known to be wanted. */
export function startSdk(service: string): NodeSdk {
  const sdk = startNodeSdk({
    logLevel: process.env['OTEL_LOG_LEVEL'] ?? 'warn',
    instrumentations: [
      // Statements of sampled work only; parameters are data of customers and stay out.
      new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
      new RuntimeNodeInstrumentation(),
    ],
  });
  logDiagnostics(service);
  return sdk;
}
