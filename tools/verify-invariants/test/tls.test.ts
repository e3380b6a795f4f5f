import {
  createTestDatabase,
  startOwnPostgres,
  testCertificates,
  type OwnPostgres,
  type TestCertificates,
} from '@doorbuster/embedded/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyInvariants } from '../src/index.js';

let certificates: TestCertificates;
let postgres: OwnPostgres;
let databaseUrl: string;
beforeAll(async () => {
  certificates = await testCertificates();
  postgres = await startOwnPostgres(50, certificates);
  databaseUrl = (await createTestDatabase(postgres.adminUrl)).adminUrl;
});
afterAll(async () => {
  await postgres?.dispose();
  certificates?.remove();
});

it('an administrator reads a database whose authority is known, and sends no password to another', async () => {
  // It is there, and has no orders: that is what only the database itself can say.
  const known = { databaseUrl, caFile: certificates.caFile, waitMs: 0 };
  await expect(verifyInvariants(known)).rejects.toThrow(/relation .* does not exist/);
  const others = await testCertificates();
  await expect(verifyInvariants({ ...known, caFile: others.caFile })).rejects.toThrow(
    /unable to verify|signature/,
  );
  others.remove();
});
