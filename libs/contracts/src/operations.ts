import { z } from 'zod';
import { changeTerms } from './actor.js';
import { SERVICES, type ServiceName } from './message.js';
import { change, rpc } from './rpc.js';
import { databaseTime, instant, page, pageRequest } from './values.js';

/** Readiness of one service: each dependency by name. */
export const health = z.object({
  service: z.string(),
  dependencies: z.record(z.string(), z.enum(['up', 'down'])),
});
export type Health = z.infer<typeof health>;

/** An event that a consumer gave up on, kept with its error until someone replays it. */
export const deadLetter = z
  .object({
    id: z.uuid(),
    service: z.enum(SERVICES),
    consumer: z.string(),
    subject: z.string().meta({ description: 'The subject that the event came on' }),
    error: z.string(),
    event: z.unknown().meta({ description: 'The CloudEvent as it came, or its raw text if it was not one' }),
    deadAt: instant,
    replayedAt: instant.nullable(),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof deadLetter>;

/** What a polling job cannot handle, kept apart from its other items and tried again later and later. */
export const stuckItem = z
  .object({
    service: z.enum(SERVICES),
    job: z.string().meta({ description: 'Such as `sales` or `saga-deadlines`' }),
    itemId: z.string().meta({ description: 'Id of the sale, saga, order or message' }),
    failures: z.int().min(1),
    error: z.string(),
    firstFailedAt: instant,
    lastFailedAt: instant,
    nextAttemptAt: instant,
  })
  .meta({ id: 'StuckItem' });
export type StuckItem = z.infer<typeof stuckItem>;

export const stuckItemFilter = z.strictObject({
  service: z.enum(SERVICES).optional(),
  limit: pageRequest.limit,
});
export type StuckItemFilter = z.infer<typeof stuckItemFilter>;

/** A page goes on after the id of the last dead letter seen. */
export const deadLetterFilter = z.strictObject({ ...pageRequest, cursor: z.uuid().optional() });
export type DeadLetterFilter = z.infer<typeof deadLetterFilter>;

/** Every service answers these for itself; dead letters live in the schema of the service that gave up. */
export const healthOf = (service: ServiceName) => rpc(service, 'health', z.object({}), health);
/** What time it is by the clock of the service's database. */
export const clockOf = (service: ServiceName) =>
  rpc(service, 'clock', z.object({}), z.object({ now: databaseTime }));
export const listDeadLettersOf = (service: ServiceName) =>
  rpc(service, 'list-dead-letters', deadLetterFilter.strip(), page(deadLetter));
/** Stuck for longest first. */
export const listStuckItemsOf = (service: ServiceName) =>
  rpc(service, 'list-stuck-items', z.object({ limit: pageRequest.limit }), z.array(stuckItem));
export const replayDeadLetterOf = (service: ServiceName) =>
  change(service, 'replay-dead-letter', 'admin', z.object({ ...changeTerms, id: z.uuid() }), deadLetter);
