/** As many events as a batch may have: its transaction has a link to each. The SDK would keep 128. */
const LINKS_MAX = 4096;
/** Longer than our longest statement; what a client sends, as its user agent, may be anything. */
const VALUE_LENGTH_MAX = 4096;

/**
 * Limits of a span that fit batches, where nobody has set others.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#span-limits
 */
export function setDefaultLimits(env: NodeJS.ProcessEnv): void {
  env['OTEL_SPAN_LINK_COUNT_LIMIT'] ||= String(LINKS_MAX);
  env['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT'] ||= String(VALUE_LENGTH_MAX);
}
