import { createLogger, NestLogger, type Logger } from '@doorbuster/telemetry';
import type { InjectionToken, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ENVIRONMENT, LOGGER } from '../configuration/configuration.module.js';
import { httpAdapter, listen } from '../run-service.js';

export interface TestServiceOptions {
  env: NodeJS.ProcessEnv;
  /** Silent when absent. */
  logger?: Logger;
  /** Providers that replace the service's own. */
  overrides?: readonly (readonly [token: InjectionToken, value: unknown])[];
}

/** Runs a service's root module in this process, as `runService` does in its own. End it with `app.close()`. */
export async function startService(
  rootModule: Type,
  { env, logger = createLogger('test', 'silent'), overrides = [] }: TestServiceOptions,
): Promise<NestFastifyApplication> {
  const nestLogger = new NestLogger(logger);
  const builder = Test.createTestingModule({ imports: [rootModule] }).setLogger(nestLogger);
  builder.overrideProvider(ENVIRONMENT).useValue(env);
  builder.overrideProvider(LOGGER).useValue(logger);
  for (const [token, value] of overrides) builder.overrideProvider(token).useValue(value);
  const module = await builder.compile();
  const app = module.createNestApplication<NestFastifyApplication>(httpAdapter());
  await listen(app);
  return app;
}
