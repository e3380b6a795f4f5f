import Module, { createRequire } from 'node:module';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import { logDiagnostics } from './diagnostics.js';
import { setDefaultLimits } from './limits.js';
import { nameStatement } from './sql-target.js';

export type NodeSdk = ReturnType<typeof startNodeSdk>;

/** Only instrumentation that is worth its cost. Our own code makes the spans of HTTP, messages and transactions, for sampled traces. */
export function startSdk(service: string): NodeSdk {
  setDefaultLimits(process.env);
  const withoutHook = Object.getOwnPropertyDescriptor(Module.prototype, 'require') ?? {};
  const sdk = startNodeSdk({
    logLevel: process.env['OTEL_LOG_LEVEL'] ?? 'warn',
    instrumentations: [
      // Statements of sampled traces only. Parameters are customer data and are left out.
      new PgInstrumentation({
        requireParentSpan: true,
        ignoreConnectSpans: true,
        requestHook: nameStatement(service),
      }),
      new RuntimeNodeInstrumentation(),
    ],
  });
  loadInstrumented();
  // It resolves each further module of the process a second time, which is a tenth of a start.
  Object.defineProperty(Module.prototype, 'require', withoutHook);
  // The start replaced our diagnostics logger. It stays replaced when a log level is set.
  if (process.env['OTEL_LOG_LEVEL'] === undefined) logDiagnostics(service);
  return sdk;
}

/** The hook patches modules as they are loaded. The gateway has no database, and its image no `pg`. */
function loadInstrumented(): void {
  if (process.env['DATABASE_URL'] !== undefined) createRequire(import.meta.url)('pg');
}
