export {
  audited,
  pageOfAuditEntries,
  writeAuditEntry,
  type AdminAction,
  type AuditDetails,
  type AuditRow,
  type Decided,
} from './audit-log/audit-log.js';
export { observeBacklog } from './backlog-metrics.js';
export { pluck } from './columns.js';
export { openDatabase, type DatabaseOptions } from './database/data-source.js';
export { DatabaseNotReadyError } from './database/database-not-ready.js';
export { logRetry } from './database/database-outages.js';
export { databaseAddress, tlsProblemOf, type DatabaseAddress } from './database/database-tls.js';
export { migrateDatabase, type MigrationOptions } from './database/migrate-database.js';
export { createIndexConcurrently, makeAppendOnly } from './database/migration-steps.js';
export {
  fromJsonLines,
  jsonLines,
  preparedQuery,
  type PreparedStatement,
} from './database/prepared-query.js';
export type { SchemaDefinition } from './database/schema-definition.js';
export {
  causeOf,
  DeadLetters,
  stateOf,
  type DeadLetterRow,
  type DeadLetterSelection,
} from './dead-letters/dead-letters.js';
export { upsertNewestVersions } from './newest-versions.js';
export { Outbox } from './outbox/outbox.js';
export { newestPage, toPage, uuidCursorRefusal, type PageRequest } from './page.js';
export { StuckItems, type BatchJob } from './stuck-items/stuck-items.js';
export { isNotStuck, isNotWaiting } from './stuck-items/stuck-items.sql.js';
export {
  CommitDeadlineError,
  DATABASE_NOW,
  endTransactionIn,
  registerDeadline,
} from './transactions/commit-deadline.js';
export { CommitUnknownError } from './transactions/commit-unknown.js';
export { afterCommit, allTogether } from './transactions/transaction.js';
export { isLockTimeout, isTransient, isUniqueViolation } from './transactions/postgres-errors.js';
export { UnitOfWork, type BatchWork, type RunOptions } from './transactions/unit-of-work.js';
export { UnsupportedVersionError } from './transactions/unsupported-version.js';
