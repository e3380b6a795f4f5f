import type { z } from 'zod';

/** Each service owns a schema, its commands and its events. The gateway owns none of these. */
export const SERVICES = ['catalog', 'orders', 'inventory', 'payments'] as const;
export type ServiceName = (typeof SERVICES)[number];

export type MessageKind = 'command' | 'event';

/** A kind of message: its subject, type and data. */
export interface MessageContract<T = unknown> {
  readonly kind: MessageKind;
  /** The service that handles the command, or that publishes the event. */
  readonly owner: ServiceName;
  /** NATS subject, e.g. `cmd.inventory.reserve-stock`. */
  readonly subject: string;
  /** CloudEvents type with its schema version, e.g. `doorbuster.inventory.reserve-stock.v1`. */
  readonly type: string;
  readonly schema: z.ZodType<T>;
}

function contract<T>(
  kind: MessageKind,
  prefix: string,
  owner: ServiceName,
  name: string,
  schema: z.ZodType<T>,
  version: number,
): MessageContract<T> {
  return {
    kind,
    owner,
    subject: `${prefix}.${owner}.${name}`,
    type: `doorbuster.${owner}.${name}.v${version}`,
    schema,
  };
}

/** A request to another service, named in the imperative: `command('inventory', 'reserve-stock', schema)`. */
export const command = <T>(
  owner: ServiceName,
  name: string,
  schema: z.ZodType<T>,
  version = 1,
): MessageContract<T> => contract('command', 'cmd', owner, name, schema, version);

/** A fact, named in the past tense: `event('inventory', 'stock-reserved', schema)`. */
export const event = <T>(
  owner: ServiceName,
  name: string,
  schema: z.ZodType<T>,
  version = 1,
): MessageContract<T> => contract('event', 'evt', owner, name, schema, version);

/** The data type of a message. */
export type DataOf<C> = C extends MessageContract<infer T> ? T : never;
