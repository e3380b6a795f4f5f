import type { CloudEvent, IncomingEvent } from '@doorbuster/messaging';

/**
 * Batch work throws it for events that only a replica of a newer release can handle. These are delivered again until such a
 * replica receives them. The other events of the batch continue.
 */
export class UnsupportedVersionError extends Error {
  override readonly name = 'UnsupportedVersionError';
  readonly code = 'UNSUPPORTED_VERSION';

  constructor(
    readonly events: readonly CloudEvent[],
    options?: ErrorOptions,
  ) {
    super(`${events.length} events need a replica of a newer release`, options);
  }
}

/** Defers the unsupported events and returns the others. @throws `error` if it names none of these events */
export function deferUnsupported<E extends CloudEvent>(
  events: IncomingEvent<E>[],
  error: UnsupportedVersionError,
): IncomingEvent<E>[] {
  const unsupported = new Set(error.events);
  const supported = events.filter(({ event }) => !unsupported.has(event));
  if (supported.length === events.length) throw error;
  for (const incoming of events) if (unsupported.has(incoming.event)) incoming.isDeferred = true;
  return supported;
}
