import path from 'node:path';
import { SERVICES } from '@doorbuster/contracts';
import { readTextIfAny, withClient } from '@doorbuster/embedded';
import { OptionError, postgresUrl, readOptions } from '@doorbuster/service/process';
import type { Client } from 'pg';
import { z } from 'zod';
import type { RunFile } from '../data-dir/run-file.js';
import { backupSchema } from './backup-schema.js';
import { restoreSchema } from './restore-schema.js';

const HELP = `Backs up the rows of one schema while every service runs, or restores them into its migrated tables.

  npm run backup -- --schema orders --file orders.backup [--data-dir DIR | --database-url URL]
  npm run restore -- --file orders.backup [--replace] [--data-dir DIR | --database-url URL]

  --data-dir      of a running platform (default: DATA_DIR, or .data)
  --database-url  an administrator's connection to the database
  --replace       delete the rows that the schema has; otherwise it must have none
`;

const STATEMENT_DEADLINE_MS = 120_000;

const URL_FORM = 'must be postgres://admin:password@host:port/database';

const connection = {
  'data-dir': z.string().default(process.env['DATA_DIR'] || '.data'),
  // A later `@` is the password's: then the host is a part of it, which an error of the connection would show.
  'database-url': postgresUrl(URL_FORM)
    .refine(
      (url) => !/^[^:]+:\/\/[^/?#]*[/?#].*@/.test(url),
      `${URL_FORM}, with / ? # and @ of the password escaped`,
    )
    .optional(),
  file: z.string().min(1),
};

const EXIT = { failed: 1, badOption: 2 } as const;

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof OptionError ? EXIT.badOption : EXIT.failed;
}

async function run([command, ...args]: string[]): Promise<void> {
  switch (command) {
    case 'backup':
      process.stdout.write(await backup(args));
      break;
    case 'restore':
      process.stdout.write(await restore(args));
      break;
    default:
      process.stderr.write(HELP);
      process.exitCode = EXIT.badOption;
  }
}

async function backup(args: string[]): Promise<string> {
  const options = readOptions(z.object({ ...connection, schema: z.enum(SERVICES) }), { args });
  if (options === 'help') return HELP;
  const rows = await withDatabase(options, (client) => backupSchema(client, options.schema, options.file));
  return `${rows} rows of ${options.schema} are in ${options.file}\n`;
}

async function restore(args: string[]): Promise<string> {
  const options = readOptions(z.object({ ...connection, replace: z.boolean().default(false) }), {
    args,
    flags: ['replace'],
  });
  if (options === 'help') return HELP;
  const replaces = options.replace;
  const rows = await withDatabase(options, (client) => restoreSchema(client, options.file, { replaces }));
  return `${rows} rows of ${options.file} are restored; restart the processes of that service\n`;
}

function withDatabase<T>(
  options: { 'data-dir': string; 'database-url'?: string | undefined },
  work: (client: Client) => Promise<T>,
): Promise<T> {
  return withClient(options['database-url'] ?? urlIn(options['data-dir']), work, STATEMENT_DEADLINE_MS);
}

function urlIn(dataDir: string): string {
  const text = readTextIfAny(path.join(dataDir, 'run.json'));
  if (text === undefined)
    throw new Error(`no platform runs on ${dataDir}; start it, or name the database with --database-url`);
  return (JSON.parse(text) as RunFile).postgres.url;
}
