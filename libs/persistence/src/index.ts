export { afterCommit } from './after-commit.js';
export {
  audited,
  listAuditEntries,
  writeAuditEntry,
  type AdminAction,
  type AuditRow,
  type Decided,
} from './audit-log.js';
export { observeBacklog } from './backlog-metrics.js';
export { pluck } from './columns.js';
export { CommitDeadlineError, DATABASE_NOW, endTransactionIn, noteLimit } from './commit-deadline.js';
export { CommitUnknownError } from './commit-unknown.js';
export { databaseAddress, tlsProblemOf, type DatabaseAddress } from './database-tls.js';
export { openDatabase, type DatabaseOptions } from './data-source.js';
export { DeadLetters, type DeadLetterRow } from './dead-letters.js';
export { migrateDatabase, type MigrationOptions } from './migrate-database.js';
export { createIndexConcurrently, makeAppendOnly } from './migration-steps.js';
export { UnsupportedVersionError } from './unsupported-version.js';
export { Outbox } from './outbox.js';
export { isLockTimeout, isTransient, isUniqueViolation } from './postgres-errors.js';
export { preparedQuery, type PreparedStatement } from './prepared-query.js';
export { isNotStuck, isNotWaiting, StuckItems, type BatchJob, type StuckItemRow } from './stuck-items.js';
export { UnitOfWork, type BatchWork, type RunOptions } from './unit-of-work.js';
