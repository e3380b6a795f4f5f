import type { Readiness } from '@doorbuster/contracts';
import { Controller, Get } from '@nestjs/common';
import { Allow } from '../edge/identity.js';
import { ReadinessProbe } from './readiness.js';

@Controller()
@Allow('anyone')
export class HealthController {
  constructor(private readonly readiness: ReadinessProbe) {}

  @Get('healthz')
  healthz(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  readyz(): Promise<Readiness> {
    return this.readiness.check();
  }
}
