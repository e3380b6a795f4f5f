import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

const UNAVAILABLE = [
  errors.ClosedConnectionError,
  errors.ConnectionError,
  errors.DrainingConnectionError,
  errors.NoRespondersError,
  errors.TimeoutError,
];

/** JetStream has no leader, no resources or no room in the stream, and takes no message for now. */
const JETSTREAM_UNAVAILABLE = 503;

/**
 * The broker, or the service behind it, did not answer; the same request may succeed later. The error of a request has its
 * reason as `cause`. The reason may also be the request itself, such as one that is too large, and then the result is false.
 */
export function isBrokerUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (UNAVAILABLE.some((type) => cause instanceof type)) return true;
    if (cause instanceof JetStreamApiError && cause.status === JETSTREAM_UNAVAILABLE) return true;
  }
  return false;
}
