export { afterCommit } from './after-commit.js';
export { observeBacklog } from './backlog-metrics.js';
export { pluck } from './columns.js';
export { openDatabase, type DatabaseOptions } from './data-source.js';
export { DeadLetters, type DeadLetterRow } from './dead-letters.js';
export { ForAnotherReplicaError } from './for-another-replica.js';
export { Outbox } from './outbox.js';
export { isTransient, isUniqueViolation } from './postgres-errors.js';
export { Transactions, type BatchWork } from './transactions.js';
