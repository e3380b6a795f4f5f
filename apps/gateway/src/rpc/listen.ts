import type { MessageContract } from '@doorbuster/contracts';
import type { CloudEvent } from '@doorbuster/messaging';
import type { Logger } from '@doorbuster/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClientNats } from '@nestjs/microservices';

type EventOf<T> = Pick<CloudEvent, 'time'> & { data: T };

/**
 * Hears an event as it is published, on a plain subscription: what is published while NATS is away is lost here, so
 * whoever listens has to know what to do about that. `each` may not throw.
 */
export async function listen<T>(
  client: ClientNats,
  logger: Logger,
  contract: MessageContract<T>,
  each: (event: EventOf<T>) => void,
): Promise<void> {
  const connection: NatsConnection = await client.connect();
  connection.subscribe(contract.subject, {
    callback: (error, message) => {
      try {
        if (error) throw error;
        // A service can name this subject as a reply subject. The broker then sends stream messages here, but under their own subject.
        if (message.subject !== contract.subject) throw new Error(`a message of ${message.subject}`);
        const events = message.json<(EventOf<T> & Pick<CloudEvent, 'type'>)[]>();
        for (const event of events) if (event.type === contract.type) each(event);
      } catch (err) {
        logger.warn({ err, subject: contract.subject }, 'an event was not understood');
      }
    },
  });
}
