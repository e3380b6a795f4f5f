import {
  healthOf,
  SERVICES,
  type Dependencies,
  type Readiness,
  type ServiceName,
} from '@doorbuster/contracts';
import { singleFlight } from '@doorbuster/service/process';
import { Injectable } from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { GracefulShutdown } from '../edge/graceful-shutdown.js';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from '../rpc/rpc-client.js';

const DEADLINE_MS = 1_000;
/** Anyone may call it at any rate, so the services are asked once in this time. */
const FRESH_MS = 250;

/** Whether all services and their dependencies are up. */
@Injectable()
export class ReadinessProbe {
  readonly dependencies = singleFlight(() => this.probe(), FRESH_MS);

  constructor(
    private readonly rpc: RpcClient,
    private readonly client: ClientNats,
    private readonly shutdown: GracefulShutdown,
  ) {}

  /** @throws {ProblemException} SERVICE_UNAVAILABLE with the state of each dependency */
  async check(): Promise<Readiness> {
    const dependencies = await this.dependencies();
    const down = Object.keys(dependencies).filter((name) => dependencies[name] === 'down');
    if (down.length === 0 && !this.shutdown.hasBegun) return { status: 'ready', dependencies };
    const detail = this.shutdown.hasBegun ? 'The gateway is shutting down.' : `Down: ${down.join(', ')}.`;
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
