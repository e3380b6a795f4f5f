import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable, type Logger } from '@doorbuster/telemetry';
import { jetstream, type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { observeLag } from './consumer-metrics.js';

export interface ConsumerOptions {
  stream: string;
  name: string;
}

/** Maximum messages that a replica has taken from a stream and not acknowledged. */
const PULL_MAX = 256;
/** After two missed heartbeats the consumer's leader is gone. */
const HEARTBEAT_MS = 2_000;
/** A consumer without a leader does not answer. */
const INFO_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;
/** Failures without a warning: at its start a service waits for the provisioner. */
const FAILURES_QUIET = 20;

/**
 * Reads a durable pull consumer, and continues after the broker lost its storage: it waits until the provisioner has created
 * the stream and the consumer again.
 */
export class DurableConsumer {
  private messages: ConsumerMessages | undefined;
  private closed = false;
  private loop: Promise<void> | undefined;
  private endObserving: (() => void) | undefined;

  constructor(
    private readonly nc: NatsConnection,
    private readonly options: ConsumerOptions,
    /** Takes a message. The next one is read when the promise resolves. */
    private readonly onMessage: (message: JsMsg) => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.loop = this.run();
    void this.restartAfterDisconnect();
    this.endObserving = observeLag(this.nc, this.options);
  }

  /** Reads no further message. Messages that were read can still be acknowledged. */
  async stop(): Promise<void> {
    this.closed = true;
    this.endObserving?.();
    this.messages?.stop();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { stream, name } = this.options;
    let failures = 0;
    while (!this.closed) {
      try {
        const consumer = await jetstream(this.nc, { timeout: INFO_TIMEOUT_MS }).consumers.get(stream, name);
        if (failures >= FAILURES_QUIET) this.logger.info({ stream, consumer: name }, 'consuming again');
        failures = 0;
        await this.consume(consumer);
      } catch (err) {
        if (this.closed) return;
        failures += 1;
        if (failures === FAILURES_QUIET) {
          const level = isUnavailable(this.logger, 'NATS') ? 'debug' : 'warn';
          this.logger[level]({ err, stream, consumer: name }, 'cannot consume, trying until it works');
        }
      }
      if (!this.closed) await sleep(RETRY_MS);
    }
  }

  /** Resolves when the consumer is stopped or deleted. */
  private async consume(consumer: Consumer): Promise<void> {
    const messages = await consumer.consume({ max_messages: PULL_MAX, idle_heartbeat: HEARTBEAT_MS });
    this.messages = messages;
    if (this.closed) messages.stop();
    void this.stopWhenGone(messages);
    for await (const message of messages) await this.onMessage(message);
  }

  /** The client retries only after 30 s if its first try after a reconnection has no answer, so we restart it. */
  private async restartAfterDisconnect(): Promise<void> {
    for await (const { type } of this.nc.status()) {
      if (this.closed) return;
      if (type === 'disconnect') this.messages?.stop();
    }
  }

  private async stopWhenGone(messages: ConsumerMessages): Promise<void> {
    for await (const { type } of messages.status()) {
      switch (type) {
        case 'consumer_deleted':
        case 'consumer_not_found':
        case 'stream_not_found':
        case 'no_responders':
        case 'heartbeats_missed':
          messages.stop();
          return;
        default:
      }
    }
  }
}
