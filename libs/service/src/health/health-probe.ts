import type { Dependencies } from '@doorbuster/contracts';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import { NATS_CONNECTION } from '../messaging/messaging.module.js';
import { singleFlight } from '../single-flight.js';
import { withTimeout } from '../with-timeout.js';

const PROBE_TIMEOUT_MS = 1_000;
/** How long a result is shared, because every replica of the gateway calls this for each of its own probes. */
const PROBE_FRESH_MS = 250;

/** The state of each dependency of the service. */
@Injectable()
export class HealthProbe {
  /** Resolves within about a second, even if a dependency hangs. */
  readonly dependencies = singleFlight(() => this.probe(), PROBE_FRESH_MS);

  constructor(
    @Inject(NATS_CONNECTION) private readonly nc: NatsConnection,
    @Optional() private readonly dataSource?: DataSource,
  ) {}

  private async probe(): Promise<Dependencies> {
    const { dataSource } = this;
    const [postgres, nats] = await Promise.all([
      dataSource && stateOf(() => dataSource.query('select 1')),
      stateOf(() => this.nc.flush()),
    ]);
    return { ...(postgres && { postgres }), nats };
  }
}

const stateOf = async (ask: () => Promise<unknown>): Promise<'up' | 'down'> =>
  (await withTimeout(ask(), PROBE_TIMEOUT_MS)) === 'done' ? 'up' : 'down';
