import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@doorbuster/telemetry';
import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiError,
  jetstream,
  type ConsumerConfig,
  type ConsumerMessages,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { observeLag } from './consumer-metrics.js';
import { manager } from './streams.js';

export interface ConsumerOptions {
  stream: string;
  name: string;
  subjects: string[];
}

/** Messages taken from the broker and not yet acknowledged, for each replica and stream. */
const PULL_MAX = 256;
const ACK_PENDING_MAX = 4096;
const ACK_WAIT_MS = 30_000;
/** With the longest nak delay of half a minute: a database may be away for three days. */
const DELIVERIES_MAX = 10_000;
/** Two missed ones mean that whoever led the consumer is gone. */
const HEARTBEAT_MS = 2_000;
/** A consumer whose leader is gone does not answer at all until there is another one. */
const INFO_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;
/** At the start, services wait for each other's streams; that is nothing to warn of. */
const FAILURES_QUIET = 20;

/**
 * A durable pull consumer that outlives the broker's memory: when its stream or consumer is gone, it waits for the
 * stream to be there again, creates the consumer and goes on.
 */
export class DurableConsumer {
  private messages: ConsumerMessages | undefined;
  private closed = false;
  private loop: Promise<void> | undefined;
  private endObserving: (() => void) | undefined;

  constructor(
    private readonly nc: NatsConnection,
    private readonly options: ConsumerOptions,
    /** Takes the message; the next one is asked for once this resolves. */
    private readonly onMessage: (message: JsMsg) => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.loop = this.run();
    void this.beginAnewAfterLoss();
    this.endObserving = observeLag(this.nc, this.options);
  }

  /** Takes no further message. What was taken can still be acknowledged. */
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
        await this.ensure();
        if (failures >= FAILURES_QUIET) this.logger.info({ stream, consumer: name }, 'consuming again');
        failures = 0;
        await this.consume();
      } catch (err) {
        if (this.closed) return;
        failures += 1;
        if (failures === FAILURES_QUIET) {
          this.logger.warn({ err, stream, consumer: name }, 'cannot consume, trying until it works');
        }
      }
      if (!this.closed) await sleep(RETRY_MS);
    }
  }

  private async ensure(): Promise<void> {
    const { stream, name, subjects } = this.options;
    const jsm = await manager(this.nc, INFO_TIMEOUT_MS);
    const config = {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      max_deliver: DELIVERIES_MAX,
      max_ack_pending: ACK_PENDING_MAX,
      deliver_policy: DeliverPolicy.All,
    };
    try {
      const { config: present } = await jsm.consumers.info(stream, name);
      // A replica of an older release must not take away what a newer one wants to hear: it would be skipped for good.
      const heard = new Set(subjectsOf(present));
      const wider = [...heard.union(new Set(subjects))];
      // Without need it writes nothing: what it read may be older than what a newer replica has written since.
      if (wider.length === heard.size && isDeepStrictEqual({ ...present, ...config }, present)) return;
      await jsm.consumers.update(stream, name, { ...config, filter_subjects: wider });
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.status !== 404) throw error;
      await jsm.consumers.add(stream, { ...config, filter_subjects: subjects });
    }
  }

  /** Ends when the consumer is stopped or no longer there. */
  private async consume(): Promise<void> {
    const { stream, name } = this.options;
    const consumer = await jetstream(this.nc, { timeout: INFO_TIMEOUT_MS }).consumers.get(stream, name);
    const messages = await consumer.consume({ max_messages: PULL_MAX, idle_heartbeat: HEARTBEAT_MS });
    this.messages = messages;
    if (this.closed) messages.stop();
    void this.stopWhenGone(messages);
    for await (const message of messages) await this.onMessage(message);
  }

  /** By itself it would ask for the consumer after a reconnection too, but after one try without an answer not for half a minute. */
  private async beginAnewAfterLoss(): Promise<void> {
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

const subjectsOf = ({ filter_subject, filter_subjects = [] }: ConsumerConfig): string[] =>
  filter_subject === undefined ? filter_subjects : [filter_subject];
