import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { NATS_USERS } from '@doorbuster/contracts';
import { insertBefore } from './edit-sources.js';
import { GenerateError } from './generate-error.js';
import { generateWith, PERMISSIONS } from './generate-with.js';
import { readTemplate, renamed, ROOT } from './repository.js';
import { textOf, type Files } from './write-files.js';

const SERVICE_LIST = 'libs/contracts/src/message.ts';
const LOCK = 'package-lock.json';
const NAME_LENGTH_MAX = 20;
/** Names of other parts of a deployment, of the template, and of PostgreSQL. */
const RESERVED = ['admin', 'example', 'extensions', 'jaeger', 'nats', 'postgres', 'public', 'seed', 'test'];

/** @throws {GenerateError} that says what the name must be */
export function checkServiceName(name: string | undefined): string {
  if (name === undefined || name === '') {
    throw new GenerateError('name the service: npm run generate -- service loyalty');
  }
  if (!/^[a-z]+$/.test(name)) {
    throw new GenerateError(
      `"${name}" cannot be a service: its name is also that of a schema, a role, streams and variables, so it is one word of ` +
        'lower-case letters, such as loyalty',
    );
  }
  if (name.length > NAME_LENGTH_MAX)
    throw new GenerateError(`"${name}" is too long: at most ${NAME_LENGTH_MAX} letters`);
  if ((NATS_USERS as readonly string[]).includes(name) || existsSync(path.join(ROOT, 'apps', name))) {
    throw new GenerateError(`there is a service ${name} already, in apps/${name}; choose another name`);
  }
  if (RESERVED.includes(name) || name.startsWith('pg')) {
    throw new GenerateError(`"${name}" is the name of another part of the platform; choose another one`);
  }
  return name;
}

/** Adds a service with a table, two RPCs and an event, and all that its deployment needs: everything, or nothing. */
export function generateService(given: string | undefined): void {
  const name = checkServiceName(given);
  generateWith(filesOf(name));
  process.stdout.write(
    `\nThe service ${name} is part of the platform: npm start, Compose and Kubernetes start it.\n` +
      `Test it:  npm run build && npx vitest run --project parts apps/${name} tools/generate tools/deploy\n` +
      `Go on:    docs/extending/add-a-service.md says what to edit next.\n`,
  );
}

function filesOf(name: string): Files {
  const templates = globSync('**/*.{json,md,ts}', {
    cwd: path.join(ROOT, 'tools/generate/templates/service'),
  });
  const own = templates.map((file) => [placeOf(file, name), renamed(readTemplate(`service/${file}`), name)]);
  return {
    ...(Object.fromEntries(own) as Files),
    [SERVICE_LIST]: withService(textOf(SERVICE_LIST) ?? '', name),
    [LOCK]: withWorkspace(textOf(LOCK) ?? '', name),
    [PERMISSIONS]: withPermissions(textOf(PERMISSIONS) ?? '', name),
  };
}

const placeOf = (file: string, name: string): string =>
  file.startsWith('contracts/')
    ? file.replace('contracts/', `libs/contracts/src/${name}/`)
    : `apps/${name}/${renamed(file, name)}`;

function withService(text: string, name: string): string {
  const list = /^export const SERVICES = \[(.*)\] as const;$/m;
  if (!list.test(text))
    throw new GenerateError(`${SERVICE_LIST} has no line "export const SERVICES = [...]"`);
  return text.replace(list, `export const SERVICES = [$1, '${name}'] as const;`);
}

/** The table of the test of permissions repeats the topology on purpose. */
function withPermissions(text: string, name: string): string {
  const own = `  ${name}: {
    publish: ['evt.${name}.>', ...answers('${name}')],
    subscribe: ['_INBOX_${name}.>', 'rpc.${name}.>'],
  },
`;
  const provisioned = `      ...provisions('${name.toUpperCase()}_EVENTS'),\n`;
  return insertBefore(
    insertBefore(text, '  gateway: {\n', own),
    "    ],\n    subscribe: ['_INBOX_provisioner.>']",
    provisioned,
  );
}

/** What `npm install` adds to the lock file: the workspace. All its packages are there already. */
function withWorkspace(text: string, name: string): string {
  const lock = JSON.parse(text) as { packages: Record<string, unknown> };
  const manifest = JSON.parse(renamed(readTemplate('service/package.json'), name)) as {
    name: string;
    version: string;
    license: string;
    dependencies: Record<string, string>;
  };
  const { version, license, dependencies } = manifest;
  lock.packages[`apps/${name}`] = { name: manifest.name, version, license, dependencies };
  lock.packages[`node_modules/${manifest.name}`] = { resolved: `apps/${name}`, link: true };
  const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`;
}
