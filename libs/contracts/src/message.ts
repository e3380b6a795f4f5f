import type { z } from 'zod';

/** Each service owns a schema, its commands and its events. The gateway owns none of these. */
export const SERVICES = ['catalog', 'orders', 'inventory', 'payments', 'identity', 'cart'] as const;
export type ServiceName = (typeof SERVICES)[number];

export type MessageKind = 'command' | 'event';

/** A kind of message: its subject, type and data. */
export interface MessageContract<T = unknown, Type extends string = string> {
  readonly kind: MessageKind;
  /** The service that handles the command, or that publishes the event. */
  readonly owner: string;
  /** CloudEvents source, by default `/doorbuster/<owner>`. */
  readonly source?: string;
  /** NATS subject, e.g. `cmd.inventory.reserve-stock`. */
  readonly subject: string;
  /** CloudEvents type with its schema version, e.g. `doorbuster.inventory.reserve-stock.v1`. */
  readonly type: Type;
  readonly schema: z.ZodType<T>;
}

type TypeOf<
  Owner extends string,
  Name extends string,
  Version extends number,
> = `doorbuster.${Owner}.${Name}.v${Version}`;

const contractOf =
  (kind: MessageKind, prefix: string) =>
  <T, Owner extends ServiceName, Name extends string, Version extends number = 1>(
    owner: Owner,
    name: Name,
    schema: z.ZodType<T>,
    version = 1 as Version,
  ): MessageContract<T, TypeOf<Owner, Name, Version>> => ({
    kind,
    owner,
    subject: `${prefix}.${owner}.${name}`,
    type: `doorbuster.${owner}.${name}.v${version}`,
    schema,
  });

/** A request to another service, named in the imperative: `command('inventory', 'reserve-stock', schema)`. */
export const command = contractOf('command', 'cmd');

/** A fact, named in the past tense: `event('inventory', 'stock-reserved', schema)`. */
export const event = contractOf('event', 'evt');

/** The data type of a message. */
export type DataOf<C> = C extends MessageContract<infer T> ? T : never;
