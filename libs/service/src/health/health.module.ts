import { accept, healthOf, type Health, type Reply, type ServiceName } from '@doorbuster/contracts';
import { All, Controller, Get, HttpCode, Module, Res, type DynamicModule, type Type } from '@nestjs/common';
import { z } from 'zod';
import { configOf } from '../configuration/configuration.module.js';
import { port } from '../configuration/variables.js';
import { Rpc } from '../rpc/rpc.decorator.js';
import { HealthProbe } from './health-probe.js';
import { readinessOf } from './health-server.js';

export class HealthConfig extends configOf(
  z.object({
    /** The port of `/healthz` and `/readyz`. Without it they are not served; the gateway asks over NATS. */
    PORT: port.optional(),
    /** The address to listen on. Without it every address, also IPv6 where the machine has it. */
    HOST: z.string().optional(),
  }),
) {}

/** For the probes of a container engine. `@nestjs/terminus` would change the format of these responses, which clients read. */
@Controller()
export class ServiceHealthController {
  constructor(private readonly probe: HealthProbe) {}

  /** The process is alive. Its dependencies do not matter. */
  @Get('healthz')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) response: { status(code: number): unknown }): Promise<object> {
    const { status, body } = readinessOf(await this.probe.dependencies());
    response.status(status);
    return body;
  }

  @All('*')
  @HttpCode(404)
  other(): { status: 'not found' } {
    return { status: 'not found' };
  }
}

/** The same as an RPC, for the gateway. */
function healthRpcController(service: ServiceName): Type {
  @Controller()
  class HealthRpcController {
    constructor(private readonly probe: HealthProbe) {}

    @Rpc(healthOf(service))
    async health(): Promise<Reply<Health>> {
      return accept({ service, dependencies: await this.probe.dependencies() });
    }
  }
  return HealthRpcController;
}

@Module({})
export class HealthModule {
  static forRoot(service: ServiceName): DynamicModule {
    return {
      module: HealthModule,
      controllers: [ServiceHealthController, healthRpcController(service)],
      providers: [HealthConfig, HealthProbe],
    };
  }
}
