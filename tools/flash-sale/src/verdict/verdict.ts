import type { BuyerRecord } from '../buyers/sale-event.js';
import type { Audit } from '../run/audit.js';
import {
  chargedOnce,
  everyOrderFinal,
  invariantsHold,
  limitHeld,
  toldTheTruth,
  withinContract,
} from './order-checks.js';
import { notOneOver, notOneUnder, soldIsConfirmed } from './stock-checks.js';

/** Everything that a verdict needs to know. */
export interface Evidence {
  stock: number;
  /** Units that one customer may buy. */
  limit: number;
  openedAt: Date;
  buyers: readonly BuyerRecord[];
  /** The platform's own word, `undefined` when it could not be had. */
  audit: Audit | undefined;
  isInterrupted: boolean;
}

/** Evidence with the platform's word. */
export type FullEvidence = Evidence & { audit: Audit };

export interface Check {
  promise: string;
  result: 'KEPT' | 'BROKEN' | 'UNKNOWN';
  /** What was found, with figures. */
  detail: string;
}

export interface SaleVerdict {
  result: Check['result'];
  checks: Check[];
}

/** One promise, and what is wrong with it: nothing, when it is kept. */
export interface Rule {
  promise: string;
  /** What is said when it is kept. */
  kept(evidence: FullEvidence): string;
  breaches(evidence: FullEvidence): string[];
}

const RULES: readonly Rule[] = [
  notOneOver,
  notOneUnder,
  soldIsConfirmed,
  limitHeld,
  everyOrderFinal,
  chargedOnce,
  toldTheTruth,
  withinContract,
  invariantsHold,
];

const EXAMPLES_MAX = 3;

export function judge(evidence: Evidence): SaleVerdict {
  const checks = RULES.map((rule) => check(rule, evidence));
  const is = (result: Check['result']): boolean => checks.some((one) => one.result === result);
  return { result: is('BROKEN') ? 'BROKEN' : is('UNKNOWN') ? 'UNKNOWN' : 'KEPT', checks };
}

function check(rule: Rule, evidence: Evidence): Check {
  const { promise } = rule;
  if (evidence.isInterrupted) return { promise, result: 'UNKNOWN', detail: 'the sale was interrupted' };
  const { audit } = evidence;
  if (audit === undefined) {
    return { promise, result: 'BROKEN', detail: 'the platform could not be asked afterwards' };
  }
  const full = { ...evidence, audit };
  const breaches = rule.breaches(full);
  if (breaches.length === 0) return { promise, result: 'KEPT', detail: rule.kept(full) };
  const more = breaches.length > EXAMPLES_MAX ? `; and ${breaches.length - EXAMPLES_MAX} more` : '';
  return { promise, result: 'BROKEN', detail: breaches.slice(0, EXAMPLES_MAX).join('; ') + more };
}
