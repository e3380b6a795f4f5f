import type { Dependencies } from '@doorbuster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import { singleFlight } from './single-flight.js';
import { NATS_CONNECTION } from './tokens.js';
import { withTimeout } from './with-timeout.js';

const PROBE_TIMEOUT_MS = 1_000;
/** Every replica of the gateway asks, and each as often as it is asked. */
const PROBE_FRESH_MS = 250;

/** Whether what the service needs is there. */
@Injectable()
export class HealthProbe {
  /** Answers within about a second, also when a dependency hangs. */
  readonly dependencies = singleFlight(() => this.probe(), PROBE_FRESH_MS);

  constructor(
    private readonly dataSource: DataSource,
    @Inject(NATS_CONNECTION) private readonly nc: NatsConnection,
  ) {}

  private async probe(): Promise<Dependencies> {
    const [postgres, nats] = await Promise.all([
      stateOf(() => this.dataSource.query('select 1')),
      stateOf(() => this.nc.flush()),
    ]);
    return { postgres, nats };
  }
}

const stateOf = async (ask: () => Promise<unknown>): Promise<'up' | 'down'> =>
  (await withTimeout(ask(), PROBE_TIMEOUT_MS)) === 'done' ? 'up' : 'down';
