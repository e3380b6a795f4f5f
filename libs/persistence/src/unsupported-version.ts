import type { CloudEvent, IncomingEvent } from '@doorbuster/messaging';

/**
 * Thrown by the work of a batch for events that only a replica of a newer release can handle. Those are delivered again
 * until one has them; the others go on without them.
 */
export class UnsupportedVersionError extends Error {
  readonly code = 'FOR_ANOTHER_REPLICA';
  constructor(
    readonly events: readonly CloudEvent[],
    options?: ErrorOptions,
  ) {
    super(`${events.length} events are for a replica of a newer release`, options);
  }
}

/** Marks what is for another replica and gives the rest. @throws the error when it is about none of these events */
export function leaveToAnother(events: IncomingEvent[], error: UnsupportedVersionError): IncomingEvent[] {
  const foreign = new Set(error.events);
  const own = events.filter(({ event }) => !foreign.has(event));
  if (own.length === events.length) throw error;
  for (const incoming of events) if (foreign.has(incoming.event)) incoming.isDeferred = true;
  return own;
}
