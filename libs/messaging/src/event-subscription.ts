import type { MessageContract } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import type { CloudEvent } from './envelope.js';

type EventOf<T> = Pick<CloudEvent, 'time'> & { data: T };

/**
 * Calls `each` for every event of the contract, over a plain NATS subscription: events that are published while the
 * connection is down are lost. `each` must not throw.
 */
export function subscribeToEvents<T>(
  { connection, logger }: { connection: NatsConnection; logger: Logger },
  contract: MessageContract<T>,
  each: (event: EventOf<T>) => void,
): void {
  connection.subscribe(contract.subject, {
    callback: (error, message) => {
      try {
        if (error) throw error;
        // A service can name this subject as a reply subject. The broker then sends stream messages here, but under their own subject.
        if (message.subject !== contract.subject) throw new Error(`a message of ${message.subject}`);
        const events = message.json<(EventOf<T> & Pick<CloudEvent, 'type'>)[]>();
        for (const event of events) if (event.type === contract.type) each(event);
      } catch (err) {
        logger.warn({ err, subject: contract.subject }, 'cannot read an event');
      }
    },
  });
}
