import { z } from 'zod';
import { changeTerms } from './actor.js';
import { SERVICES, type ServiceName } from './message.js';
import { change, rpc } from './rpc.js';
import { databaseTime, instant, page, pageRequest, text } from './values.js';

/** Readiness of one service: each dependency by name. */
export const health = z.object({
  service: z.string(),
  dependencies: z.record(z.string(), z.enum(['up', 'down'])),
});
export type Health = z.infer<typeof health>;

export const deadLetterState = z
  .enum(['OPEN', 'REPLAYED', 'DISMISSED'])
  .meta({ id: 'DeadLetterState', examples: ['OPEN'] });
export type DeadLetterState = z.infer<typeof deadLetterState>;

/**
 * An event that a consumer gave up on, stored with its error. It is open until an operator replays or dismisses it; the row
 * stays as a record.
 */
export const deadLetter = z
  .object({
    id: z.uuid().meta({ examples: ['01a21ce4-1f90-7d52-a86c-5b3e9f17c024'] }),
    service: z.enum(SERVICES).meta({ examples: ['inventory'] }),
    consumer: z.string().meta({ examples: ['inventory-commands'] }),
    subject: z
      .string()
      .meta({ description: 'The subject of the event', examples: ['cmd.inventory.reserve-stock'] }),
    cause: z.string().meta({ description: 'The name of the error', examples: ['ZodError'] }),
    error: z.string().meta({ examples: ['ZodError: lines: Invalid input: expected array, received string'] }),
    state: deadLetterState,
    event: z.unknown().meta({
      description: 'The CloudEvent, or the text of a message that could not be read as one',
      examples: [{ type: 'doorbuster.inventory.reserve-stock.v1', data: { lines: 'one T-shirt' } }],
    }),
    deadAt: instant,
    replayedAt: instant.nullable().meta({ examples: [null] }),
    dismissedAt: instant.nullable().meta({ examples: [null] }),
    dismissReason: z
      .string()
      .nullable()
      .meta({ examples: [null] }),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof deadLetter>;

/** An item that a polling job failed to handle. It does not block the job's other items, and is retried with growing pauses. */
export const stuckItem = z
  .object({
    service: z.enum(SERVICES).meta({ examples: ['catalog'] }),
    job: z.string().meta({ description: 'For example `sales` or `saga-deadlines`', examples: ['sales'] }),
    itemId: z.string().meta({
      description: 'Id of the sale, saga, order or message',
      examples: ['01a21a4d-2c18-7f03-8e6d-b0c4a1952f37'],
    }),
    failures: z
      .int()
      .min(1)
      .meta({ examples: [3] }),
    error: z.string().meta({ examples: ['QueryFailedError: canceling statement due to statement timeout'] }),
    firstFailedAt: instant,
    lastFailedAt: instant.meta({ examples: ['2026-11-27T12:00:07.000Z'] }),
    nextAttemptAt: instant.meta({ examples: ['2026-11-27T12:00:15.000Z'] }),
  })
  .meta({ id: 'StuckItem' });
export type StuckItem = z.infer<typeof stuckItem>;

const jobName = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be the name of a polling job such as saga-deadlines');

export const stuckItemFilter = z.strictObject({
  service: z.enum(SERVICES).optional(),
  job: jobName.optional(),
  limit: pageRequest.limit,
});
export type StuckItemFilter = z.infer<typeof stuckItemFilter>;

/** The cursor is the id of the last dead letter of the previous page. */
export const deadLetterFilter = z.strictObject({
  ...pageRequest,
  cursor: z.uuid().optional(),
  consumer: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the name of a consumer such as orders-replies')
    .optional(),
  cause: text.min(1).max(200).optional().meta({ description: 'Only those with this name of an error' }),
  state: deadLetterState
    .optional()
    .meta({ description: 'By default the open and the replayed ones; the dismissed ones are listed apart' }),
});
export type DeadLetterFilter = z.infer<typeof deadLetterFilter>;

export const dismissalBody = z
  .strictObject({
    reason: text
      .trim()
      .min(1)
      .max(500)
      .meta({ examples: ['Its sender is fixed, and its order is settled.'] }),
  })
  .meta({ id: 'DeadLetterDismissal', description: 'Why the event is not to be handled' });
export type DismissalBody = z.infer<typeof dismissalBody>;

/** Each service has these RPCs, for its own schema. */
export const healthOf = (service: ServiceName) => rpc(service, 'health', z.object({}), health);
/** The time of the service's database clock. Deadlines of changes use it. */
export const clockOf = (service: ServiceName) =>
  rpc(service, 'clock', z.object({}), z.object({ now: databaseTime }));
export const listDeadLettersOf = (service: ServiceName) =>
  rpc(service, 'list-dead-letters', deadLetterFilter.strip(), page(deadLetter));
/** Longest stuck first. */
export const listStuckItemsOf = (service: ServiceName) =>
  rpc(service, 'list-stuck-items', stuckItemFilter.omit({ service: true }).strip(), z.array(stuckItem));
export const replayDeadLetterOf = (service: ServiceName) =>
  change(service, 'replay-dead-letter', 'operator', z.object({ ...changeTerms, id: z.uuid() }), deadLetter);
/** For an event that cannot or need not be handled any more. Dismissing it again changes nothing. */
export const dismissDeadLetterOf = (service: ServiceName) =>
  change(
    service,
    'dismiss-dead-letter',
    'admin',
    z.object({ ...changeTerms, id: z.uuid(), ...dismissalBody.shape }),
    deadLetter,
  );
