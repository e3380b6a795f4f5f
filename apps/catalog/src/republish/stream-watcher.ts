import { streamCreatedAt } from '@doorbuster/messaging';
import { LOGGER, NATS_CONNECTION } from '@doorbuster/service';
import { eventStream } from '@doorbuster/contracts';
import { logRetry } from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';

const STREAM = eventStream('catalog');
const CHECK_INTERVAL_MS = 15_000;
const RETRY_MS = 500;
/** Failures without a warning, such as that of a request during a pause of the broker. */
const FAILURES_QUIET = 5;

/**
 * Looks up catalog's event stream at the start, after each reconnection and every 15 s; every 500 ms while it does not
 * exist, because the provisioner has not created it yet.
 */
@Injectable()
export class StreamWatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly listeners: ((createdAt: string) => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<boolean> | undefined;
  private closed = false;
  private failures = 0;

  constructor(
    @Inject(NATS_CONNECTION) private readonly nc: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Calls `listener` after each look-up with the stream's creation time, which identifies the stream. */
  onSeen(listener: (createdAt: string) => void): void {
    this.listeners.push(listener);
  }

  onApplicationBootstrap(): void {
    void this.watchReconnects();
    void this.check();
  }

  async onModuleDestroy(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private async watchReconnects(): Promise<void> {
    for await (const { type } of this.nc.status()) {
      if (type === 'reconnect') await this.check();
    }
  }

  private async check(): Promise<void> {
    if (this.closed) return;
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    const isThere = await this.looking;
    clearTimeout(this.timer);
    if (!this.closed) {
      this.timer = setTimeout(() => void this.check(), isThere ? CHECK_INTERVAL_MS : RETRY_MS);
    }
  }

  /** @returns whether the stream exists */
  private async look(): Promise<boolean> {
    try {
      const createdAt = await streamCreatedAt(this.nc, STREAM);
      if (createdAt === undefined) return false;
      this.failures = 0;
      for (const listener of this.listeners) listener(createdAt);
      return true;
    } catch (err) {
      this.failures += 1;
      if (this.failures === FAILURES_QUIET && !this.closed)
        logRetry(this.logger, err, 'cannot see the stream, trying until it works', { stream: STREAM });
      return false;
    }
  }
}
