import type { ServiceName } from '@doorbuster/contracts';
import { ensureStreams } from '@doorbuster/messaging';
import type { Logger } from '@doorbuster/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';

const CHECK_INTERVAL_MS = 15_000;
const RETRY_MS = 500;

/** Keeps the service's own streams in being, also when the broker came back without its storage. */
export class StreamKeeper {
  private readonly listeners: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private ensuring: Promise<void> | undefined;
  private closed = false;
  private failing = false;
  /** At the start, and when the broker may be another one. */
  private mayDiffer = true;

  constructor(
    private readonly nc: NatsConnection,
    private readonly service: ServiceName,
    private readonly replicas: number,
    private readonly logger: Logger,
  ) {}

  /** `listener` runs after every check that found or made all streams: the time to see whether they are new. */
  onChecked(listener: () => void): void {
    this.listeners.push(listener);
  }

  async start(): Promise<void> {
    void this.watchReconnects();
    await this.check();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.ensuring;
  }

  private async watchReconnects(): Promise<void> {
    for await (const { type } of this.nc.status()) {
      if (type !== 'reconnect') continue;
      this.mayDiffer = true;
      await this.check();
    }
  }

  private async check(): Promise<void> {
    if (this.closed) return;
    clearTimeout(this.timer);
    this.ensuring ??= this.ensure().finally(() => (this.ensuring = undefined));
    await this.ensuring;
    if (!this.closed) {
      this.timer = setTimeout(() => void this.check(), this.failing ? RETRY_MS : CHECK_INTERVAL_MS);
    }
  }

  private async ensure(): Promise<void> {
    const mend = this.mayDiffer;
    this.mayDiffer = false;
    try {
      for (const stream of await ensureStreams(this.nc, this.service, this.replicas, { mend })) {
        this.logger.info({ stream }, 'stream created');
      }
      for (const listener of this.listeners) listener();
      this.failing = false;
    } catch (err) {
      if (!this.failing) this.logger.warn({ err }, 'cannot make sure of the streams, trying until it works');
      this.failing = true;
      this.mayDiffer ||= mend;
    }
  }
}
