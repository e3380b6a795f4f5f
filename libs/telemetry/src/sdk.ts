import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import { logDiagnostics } from './diagnostics.js';
import { setDefaultLimits } from './limits.js';

export type NodeSdk = ReturnType<typeof startNodeSdk>;

/** Only what earns its cost: spans of HTTP, messages and transactions are made where they are known to be wanted. */
export function startSdk(service: string): NodeSdk {
  setDefaultLimits(process.env);
  const sdk = startNodeSdk({
    logLevel: process.env['OTEL_LOG_LEVEL'] ?? 'warn',
    instrumentations: [
      // Statements of sampled work only; parameters are data of customers and stay out.
      new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
      new RuntimeNodeInstrumentation(),
    ],
  });
  // Starting it has put a logger of its own in the place of ours, which is what whoever names a level wants to read.
  if (process.env['OTEL_LOG_LEVEL'] === undefined) logDiagnostics(service);
  return sdk;
}
