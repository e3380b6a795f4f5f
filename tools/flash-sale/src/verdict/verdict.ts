import {
  chargedOnce,
  everyOrderFinal,
  invariantsHold,
  limitHeld,
  toldTheTruth,
  withinContract,
} from './order-checks.js';
import type { Evidence, Rule } from './rule.js';
import { notOneOver, notOneUnder, soldIsConfirmed } from './stock-checks.js';

export interface Check {
  promise: string;
  result: 'KEPT' | 'BROKEN' | 'UNKNOWN';
  /** The finding, with figures. */
  detail: string;
}

export interface SaleVerdict {
  result: Check['result'];
  checks: Check[];
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
