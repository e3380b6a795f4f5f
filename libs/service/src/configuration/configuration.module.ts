import { createLogger, type Logger } from '@doorbuster/telemetry';
import { Inject, Module, type DynamicModule, type Type } from '@nestjs/common';
import { z } from 'zod';
import { readConfig } from './read-config.js';
import { logConfig } from './variables.js';

/** Injection tokens for providers without a class. */
export const SERVICE_NAME = Symbol('service-name');
export const ENVIRONMENT = Symbol('environment');
export const LOGGER = Symbol('logger');

type ConfigClass<T extends z.ZodType<object>> = Type<Readonly<z.output<T>>> & { readonly schema: T };

/**
 * Base class of an injectable configuration that is typed and validated by `schema`:
 *
 * ```ts
 * export class InventoryConfig extends configOf(z.object({ RESERVATION_TTL_SECONDS: ... })) {}
 * ```
 *
 * With `@nestjs/config` each variable is read by its name from one shared service. A class is injected by its type.
 */
export function configOf<T extends z.ZodType<object>>(schema: T): ConfigClass<T> {
  class Config {
    static readonly schema = schema;

    constructor(@Inject(ENVIRONMENT) env: NodeJS.ProcessEnv) {
      Object.assign(this, readConfig(schema, env));
    }
  }
  return Config as Type & { schema: T } as ConfigClass<T>;
}

/** The name, environment and logger of the service. */
@Module({})
export class ConfigurationModule {
  static forRoot(service: string): DynamicModule {
    return {
      module: ConfigurationModule,
      global: true,
      providers: [
        { provide: SERVICE_NAME, useValue: service },
        { provide: ENVIRONMENT, useFactory: () => process.env },
        {
          provide: LOGGER,
          useFactory: (env: NodeJS.ProcessEnv): Logger =>
            createLogger(service, readConfig(z.object(logConfig), env).LOG_LEVEL),
          inject: [ENVIRONMENT],
        },
      ],
      exports: [SERVICE_NAME, ENVIRONMENT, LOGGER],
    };
  }
}
