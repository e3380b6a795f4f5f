import type { Logger } from './logger.js';

/** A server that a process needs. */
export type Dependency = 'NATS' | 'PostgreSQL';

/** Failures that an outage caused may arrive this long after its end: a request times out first. */
const AFTERMATH_MS = 10_000;

interface Outage {
  since: number;
  until: number | undefined;
}

/** By the logger of the process, which all its parts share. */
const outages = new WeakMap<Logger, Map<Dependency, Outage>>();

function outagesOf(logger: Logger): Map<Dependency, Outage> {
  const known = outages.get(logger) ?? new Map<Dependency, Outage>();
  outages.set(logger, known);
  return known;
}

/**
 * Logs the beginning of an outage once, however many parts of the process notice it.
 *
 * @param cause what a supervisor knows about it, which is worth a line of its own
 */
export function reportAway(logger: Logger, dependency: Dependency, cause?: string): void {
  const known = outagesOf(logger);
  const last = known.get(dependency);
  const isKnown = last !== undefined && last.until === undefined;
  if (isKnown && cause === undefined) return;
  if (!isKnown) known.set(dependency, { since: Date.now(), until: undefined });
  const text = `${dependency} is away: ${cause ?? 'trying again until it is back'}`;
  logger.warn({ dependency, availability: 'away', cause }, text);
}

/** Logs the end of an outage that was reported. */
export function reportBack(logger: Logger, dependency: Dependency): void {
  const outage = outagesOf(logger).get(dependency);
  if (!outage || outage.until !== undefined) return;
  outage.until = Date.now();
  const durationMs = outage.until - outage.since;
  const text = `${dependency} is back after ${(durationMs / 1_000).toFixed(1)} s`;
  logger.info({ dependency, availability: 'back', durationMs }, text);
}

/** Both, for what watches a connection. */
export const outageReporter = (logger: Logger, dependency: Dependency) => ({
  onAway: () => reportAway(logger, dependency),
  onBack: () => reportBack(logger, dependency),
});

/** Whether a failure now is explained by an outage that has its own line. */
export function isAway(logger: Logger, dependency: Dependency): boolean {
  const outage = outagesOf(logger).get(dependency);
  return outage !== undefined && (outage.until === undefined || Date.now() - outage.until < AFTERMATH_MS);
}
