import type { NatsConnection } from '@nats-io/transport-node';
import { provision, type ProvisionOptions } from './provision.js';

const CHECK_INTERVAL_MS = 15_000;
const RETRY_MS = 500;
/** Failures without a warning: a broker that starts has no answer yet, and its outage has a line of its own. */
const FAILURES_QUIET = 5;

/** A logger of libs/telemetry. */
export interface ProvisionerLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/**
 * Keeps all streams and consumers in place, also when the broker has lost its storage. It checks them at the start, after
 * every reconnection, and every 15 s; twice a second after a failure.
 */
export class StreamProvisioner {
  private timer: NodeJS.Timeout | undefined;
  private provisioning: Promise<void> | undefined;
  private closed = false;
  private failures = 0;
  private provisioned = Promise.withResolvers<void>();
  /** True at the start and after a reconnection, when the broker may be a different one. */
  private mayDiffer = true;

  /** The caller closes the connection. */
  constructor(
    private readonly nc: NatsConnection,
    private readonly options: Omit<ProvisionOptions, 'mend'>,
    private readonly log: ProvisionerLog,
  ) {}

  /** Resolves when everything exists for the first time, or on `close`. */
  async start(): Promise<void> {
    void this.watchReconnects();
    void this.check();
    await this.provisioned.promise;
  }

  /** Whether everything existed at the last check. Waits for a check in progress. */
  async isDone(): Promise<boolean> {
    await this.provisioning;
    return this.failures === 0;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    this.provisioned.resolve();
    await this.provisioning;
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
    this.provisioning ??= this.provision().finally(() => (this.provisioning = undefined));
    await this.provisioning;
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), this.failures > 0 ? RETRY_MS : CHECK_INTERVAL_MS);
  }

  private async provision(): Promise<void> {
    const mend = this.mayDiffer;
    this.mayDiffer = false;
    try {
      const streams = await provision(this.nc, { ...this.options, mend });
      if (streams.length > 0) this.log.info({ streams }, `streams created: ${streams.join(', ')}`);
      this.failures = 0;
      this.provisioned.resolve();
    } catch (err) {
      this.failures += 1;
      if (this.failures === FAILURES_QUIET && !this.closed) {
        this.log.warn({ err }, 'cannot make sure of the streams and consumers, trying until it works');
      }
      this.mayDiffer ||= mend;
    }
  }
}
