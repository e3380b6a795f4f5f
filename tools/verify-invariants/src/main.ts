import { postgresUrl, readOptions, wholeNumber } from '@doorbuster/service/process';
import { z } from 'zod';
import { openDataDirectory, type OpenDatabase } from './database.js';
import { verifyInvariants, type Breach } from './verify.js';

const HELP = `Checks that nothing was oversold, lost, doubled or kept, over all schemas of a running or stopped platform.

  npm run verify-invariants -- [--data-dir DIR | --database-url URL] [--wait SECONDS]

  --data-dir      what \`npm start\` keeps its data in (default: DATA_DIR, or .data)
  --database-url  an administrator's connection to the database with all schemas; over TLS, with the
                  server verified, by DATABASE_CA_FILE=ca.pem or sslmode=verify-full in the URL
  --wait          how long orders in flight may take to end (default 60; 0 when the platform is stopped)

Exit code: 0 all promises hold, 1 a promise is broken, 2 the check could not be made.
`;

const WAIT_SECONDS_MAX = 86_400;

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`verify-invariants: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const values = readOptions(
    z.object({
      'data-dir': z.string().default(process.env['DATA_DIR'] || '.data'),
      'database-url': postgresUrl('must be postgres://admin:password@host:port/database').optional(),
      wait: wholeNumber(0, WAIT_SECONDS_MAX).default(60),
    }),
  );
  if (values === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const waitMs = values.wait * 1_000;
  const url = values['database-url'];
  const database: OpenDatabase = url
    ? {
        url,
        caFile: process.env['DATABASE_CA_FILE'] || undefined,
        dataDir: undefined,
        isRunning: true,
        close: async () => undefined,
      }
    : await openDataDirectory(values['data-dir']);
  try {
    return await report(database, waitMs);
  } catch (error) {
    if (url === undefined) throw error;
    const { host } = new URL(url);
    throw new Error(`--database-url: ${host}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    await database.close();
  }
}

async function report({ url, caFile, dataDir, isRunning }: OpenDatabase, waitMs: number): Promise<number> {
  const verdict = await verifyInvariants({
    databaseUrl: url,
    caFile,
    dataDir,
    waitMs: isRunning ? waitMs : 0,
  });
  // A stopped platform continues them at the next start.
  const breaches = isRunning ? [...verdict.breaches, ...verdict.inFlight] : verdict.breaches;
  for (const { promise, holds, subject, breach } of breaches) {
    process.stdout.write(`promise ${promise} broken by ${subject}: ${breach}\n    must hold: ${holds}\n`);
  }
  if (!isRunning) verdict.inFlight.forEach(note);
  const summary = breaches.length === 0 ? 'all promises hold' : `${breaches.length} breaches`;
  process.stdout.write(`${verdict.orders} orders, ${verdict.inFlight.length} in flight: ${summary}\n`);
  return breaches.length === 0 ? 0 : 1;
}

function note({ subject, breach }: Breach): void {
  process.stdout.write(`in flight: ${subject}: ${breach}\n`);
}
