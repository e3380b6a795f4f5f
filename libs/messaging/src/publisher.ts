import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { OutgoingMessage } from './envelope.js';

const PUBLISH_TIMEOUT_MS = 5_000;

/** Publishes to JetStream, and waits until the broker has written the message to disk. */
export class Publisher {
  private readonly js: JetStreamClient;

  constructor(nc: NatsConnection) {
    this.js = jetstream(nc);
  }

  /** @throws if no stream has the subject, or the broker does not acknowledge within 5 s */
  async publish({
    id,
    subject,
    payload,
  }: Pick<OutgoingMessage, 'id' | 'subject' | 'payload'>): Promise<void> {
    await this.js.publish(subject, payload, { msgID: id, timeout: PUBLISH_TIMEOUT_MS });
  }
}
