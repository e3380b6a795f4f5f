import {
  healthOf,
  SERVICES,
  type Dependencies,
  type Readiness,
  type ServiceName,
} from '@doorbuster/contracts';
import { singleFlight } from '@doorbuster/service/process';
import { Inject, Injectable } from '@nestjs/common';
import type { ClientNats } from '@nestjs/microservices';
import { Draining } from '../edge/graceful-shutdown.js';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { NATS_CLIENT } from '../tokens.js';

const DEADLINE_MS = 1_000;
/** Anybody may ask, as often as they like: what that costs the services has a bound. */
const FRESH_MS = 250;

/** Whether an order could come about here and now. */
@Injectable()
export class ReadinessProbe {
  private readonly dependencies = singleFlight(() => this.probe(), FRESH_MS);

  constructor(
    private readonly rpc: RpcClient,
    @Inject(NATS_CLIENT) private readonly client: ClientNats,
    private readonly draining: Draining,
  ) {}

  /** @throws {ProblemException} SERVICE_UNAVAILABLE that names each dependency and how it is */
  async check(): Promise<Readiness> {
    const dependencies = await this.dependencies();
    const down = Object.keys(dependencies).filter((name) => dependencies[name] === 'down');
    if (down.length === 0 && !this.draining.isUnderWay) return { status: 'ready', dependencies };
    const detail = this.draining.isUnderWay ? 'The gateway is shutting down.' : `Down: ${down.join(', ')}.`;
    throw new ProblemException('SERVICE_UNAVAILABLE', detail, { extensions: { dependencies } });
  }

  private async probe(): Promise<Dependencies> {
    const [nats, ...services] = await Promise.all([
      this.nats(),
      ...SERVICES.map((service) => this.service(service)),
    ]);
    return Object.assign({ nats }, ...services);
  }

  private async nats(): Promise<'up' | 'down'> {
    return this.client.connect().then(
      () => 'up',
      () => 'down',
    );
  }

  private async service(service: ServiceName): Promise<Dependencies> {
    try {
      const { dependencies } = await this.rpc.call(healthOf(service), {}, DEADLINE_MS);
      const named = Object.entries(dependencies).map(
        ([name, state]) => [`${service}.${name}`, state] as const,
      );
      return { [service]: 'up', ...Object.fromEntries(named) };
    } catch {
      return { [service]: 'down' };
    }
  }
}
