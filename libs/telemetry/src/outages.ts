import type { Logger } from './logger.js';
import { endOfOutage } from './terminal/outage-merge.js';

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
export function reportOutage(logger: Logger, dependency: Dependency, cause?: string): void {
  const known = outagesOf(logger);
  const last = known.get(dependency);
  const isKnown = last !== undefined && last.until === undefined;
  if (isKnown && cause === undefined) return;
  if (!isKnown) known.set(dependency, { since: Date.now(), until: undefined });
  const text = `${dependency} is unavailable: ${cause ?? 'trying again'}`;
  logger.warn({ dependency, availability: 'unavailable', cause }, text);
}

/** Logs the end of an outage that was reported. */
export function reportBack(logger: Logger, dependency: Dependency): void {
  const outage = outagesOf(logger).get(dependency);
  if (!outage || outage.until !== undefined) return;
  outage.until = Date.now();
  const durationMs = outage.until - outage.since;
  logger.info({ dependency, availability: 'available', durationMs }, endOfOutage(dependency, durationMs));
}

/** Reports the outages of a connection that `watchConnection` watches. */
export const outageReporter = (logger: Logger, dependency: Dependency) => ({
  onDisconnect: () => reportOutage(logger, dependency),
  onReconnect: () => reportBack(logger, dependency),
});

/** Whether a failure now is explained by an outage that has its own line. */
export function isUnavailable(logger: Logger, dependency: Dependency): boolean {
  const outage = outagesOf(logger).get(dependency);
  return outage !== undefined && (outage.until === undefined || Date.now() - outage.until < AFTERMATH_MS);
}
