/** Maximum events of a batch: its transaction has a link to each. The SDK's default is 128. */
const LINKS_MAX = 4096;
/** Longer than our longest SQL statement. Texts of clients, such as a user agent, may have any length. */
const VALUE_LENGTH_MAX = 4096;

/**
 * Default limits of a span, suitable for batches.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#span-limits
 */
export function setDefaultLimits(env: NodeJS.ProcessEnv): void {
  env['OTEL_SPAN_LINK_COUNT_LIMIT'] ||= String(LINKS_MAX);
  env['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT'] ||= String(VALUE_LENGTH_MAX);
}
