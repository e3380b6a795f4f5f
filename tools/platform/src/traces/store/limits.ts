/** Limits of the store. Excess evicts the oldest traces, or is dropped from a trace that has reached its own limit. */
export interface StoreLimits {
  tracesMax: number;
  spansMax: number;
  spansPerTraceMax: number;
  bytesMax: number;
  bytesPerTraceMax: number;
}

const MIB = 1024 * 1024;

export const STORE_LIMITS: StoreLimits = {
  tracesMax: 2_000,
  spansMax: 20_000,
  spansPerTraceMax: 2_000,
  bytesMax: 24 * MIB,
  bytesPerTraceMax: 4 * MIB,
};
