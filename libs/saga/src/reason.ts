/** Why a saga compensates. */
export interface SagaReason {
  /** A label of metrics, so participants use few different ones. */
  readonly code: string;
  /** The text of a participant or a provider. */
  readonly detail?: string;
}

/** The code of a text that has none. */
const UNSPECIFIED = 'UNSPECIFIED';

/** Reads the text of messages and rows: `OUT_OF_STOCK` or `PAYMENT_DECLINED: insufficient_funds`. */
export function parseReason(text: string): SagaReason {
  const [, code, detail] = /^([A-Z][A-Z0-9_]*)(?:: (.+))?$/s.exec(text) ?? [];
  if (code === undefined || code === UNSPECIFIED) return { code: UNSPECIFIED, detail: text };
  return detail === undefined ? { code } : { code, detail };
}

/** The inverse of {@link parseReason}. */
export function formatReason({ code, detail }: SagaReason): string {
  if (detail === undefined) return code;
  return code === UNSPECIFIED ? detail : `${code}: ${detail}`;
}
