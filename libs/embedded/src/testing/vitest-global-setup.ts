import type { TestProject } from 'vitest/node';
import { startOwnPostgres } from './own-postgres.js';

const CONNECTIONS_MAX = 200;

/** Starts one PostgreSQL for a whole test run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startOwnPostgres(CONNECTIONS_MAX);
  project.provide('postgresAdminUrl', postgres.adminUrl);
  return () => postgres.dispose();
}
