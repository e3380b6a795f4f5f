import type { z } from 'zod';

/** The services that own a schema, their commands and their events. The gateway owns neither. */
export const SERVICES = ['catalog', 'orders', 'inventory', 'payments'] as const;
export type ServiceName = (typeof SERVICES)[number];

export type MessageKind = 'command' | 'event';

/** What is said about one kind of message: where it goes, what it is called, what it carries. */
export interface MessageContract<T = unknown> {
  readonly kind: MessageKind;
  /** The service that handles the command, or that states the event. */
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

/** A request to change something, imperative: `command('inventory', 'reserve-stock', schema)`. */
export const command = <T>(
  owner: ServiceName,
  name: string,
  schema: z.ZodType<T>,
  version = 1,
): MessageContract<T> => contract('command', 'cmd', owner, name, schema, version);

/** A fact, past tense: `event('inventory', 'stock-reserved', schema)`. */
export const event = <T>(
  owner: ServiceName,
  name: string,
  schema: z.ZodType<T>,
  version = 1,
): MessageContract<T> => contract('event', 'evt', owner, name, schema, version);

/** The data type that a contract carries. */
export type DataOf<C> = C extends MessageContract<infer T> ? T : never;
