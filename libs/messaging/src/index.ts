export { Batcher, QueueFullError, StaleItemError, type BatcherOptions } from './batcher.js';
export { isBrokerUnavailable } from './broker-errors.js';
export { connectNats, natsOptions, streamCreatedAt, watchConnection } from '@doorbuster/broker';
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
export { ConsumesBatches, JETSTREAM, JetStreamServer } from './jetstream-server.js';
export {
  reading,
  subscribeToEvents,
  type BatchOutcome,
  type EventOf,
  type IncomingBatch,
  type IncomingEvent,
} from './incoming.js';
export { Publisher } from './publisher.js';
