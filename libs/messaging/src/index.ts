export { Batcher, QueueFullError, StaleItemError, type BatcherOptions } from './batcher.js';
export { isBrokerUnavailable } from './broker-errors.js';
export { connectNats, natsOptions, streamCreatedAt } from '@doorbuster/broker';
export {
  decodeBatch,
  MalformedBatchError,
  newEvent,
  replyTo,
  toMessages,
  type CloudEvent,
  type OutgoingEvent,
  type OutgoingMessage,
} from './envelope.js';
export { startPublishSpan } from './event-spans.js';
export { subscribeToEvents } from './incoming.js';
export { ConsumesBatches, JETSTREAM, JetStreamServer, type BatchOutcome } from './jetstream-server.js';
export type { IncomingBatch, IncomingEvent } from './incoming.js';
export { Publisher } from './publisher.js';
