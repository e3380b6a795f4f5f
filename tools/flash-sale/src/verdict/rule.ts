import type { BuyerRecord } from '../buyers/sale-event.js';
import type { Audit } from '../sale/audit.js';

/** All that the verdict is based on. */
export interface Evidence {
  stock: number;
  /** Units that one customer may buy. */
  limit: number;
  openedAt: Date;
  buyers: readonly BuyerRecord[];
  /** `undefined` when the audit failed. */
  audit: Audit | undefined;
  isInterrupted: boolean;
}

/** Evidence with an audit. */
export type FullEvidence = Evidence & { audit: Audit };

/** One promise, and how to find its breaches. */
export interface Rule {
  promise: string;
  /** What the report says when there is no breach. */
  kept(evidence: FullEvidence): string;
  breaches(evidence: FullEvidence): string[];
}
