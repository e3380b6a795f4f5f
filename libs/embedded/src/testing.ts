export { startTestEnvironment, type TestEnvironment } from './testing/test-environment.js';
export { createTestDatabase, type TestDatabase } from './testing/test-database.js';
export { startTestNats, type TestNats } from './testing/test-nats.js';
export {
  startTestNatsCluster,
  type ClusteredNats,
  type TestNatsCluster,
} from './testing/test-nats-cluster.js';
export { startOwnPostgres, type OwnPostgres } from './testing/own-postgres.js';
export { eventually, eventuallyPasses } from './testing/eventually.js';
export { testCertificates, type TestCertificates } from './testing/test-certificates.js';
export { plantFailure, plantFailureOfCommit } from './testing/plant-failure.js';
