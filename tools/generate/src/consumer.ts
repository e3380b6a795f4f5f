import { globSync } from 'node:fs';
import path from 'node:path';
import * as contracts from '@doorbuster/contracts';
import {
  addConsumer,
  addController,
  addElement,
  addImport,
  camel,
  pascal,
  permitConsumer,
  snake,
} from './edit-sources.js';
import { GenerateError } from './generate-error.js';
import { generateWith, PERMISSIONS, TOPOLOGY_FILE } from './generate-with.js';
import { readTemplate, ROOT, withNames } from './repository.js';
import { sampleOf, type JsonSchema } from './sample.js';
import { textOf, type Files } from './write-files.js';

const CONTRACTS = 'libs/contracts/src';
const SECOND_MS = 1_000;

type EventContract = contracts.MessageContract;

/** Adds a consumer of one event to a service, with a table of the newest data, a migration and a test. */
export function generateConsumer(service: string | undefined, event: string | undefined): void {
  const owner = checkService(service);
  const contract = checkEvent(owner, event);
  const names = namesOf(owner, event ?? '');
  generateWith({ ...newFiles(names, contract), ...editedFiles(names, contract) });
  process.stdout.write(
    `\n${owner} reads ${names.event} by the consumer ${names.consumer}.\n` +
      `Test it:  npm run build && npx vitest run --project parts apps/${owner} libs/messaging/test/boundary tools/generate\n`,
  );
}

/** @throws {GenerateError} that lists the services */
export function checkService(service: string | undefined): contracts.ServiceName {
  const found = contracts.SERVICES.find((each) => each === service);
  if (found) return found;
  throw new GenerateError(
    `there is no service "${service ?? ''}"; there are ${contracts.SERVICES.join(', ')}`,
  );
}

/** @throws {GenerateError} when there is no such event, or the service reads it already */
export function checkEvent(service: contracts.ServiceName, event: string | undefined): EventContract {
  const all = Object.values(contracts as Record<string, unknown>).filter(
    (value): value is EventContract =>
      typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'event',
  );
  const nameOf = ({ subject }: EventContract): string => subject.split('.').at(-1) ?? '';
  const contract = all.find((each) => nameOf(each) === event);
  if (!contract) {
    throw new GenerateError(
      `there is no event "${event ?? ''}"; there are ${all.map(nameOf).toSorted().join(', ')}`,
    );
  }
  const reader = contracts.TOPOLOGY[service].consumers.find(({ reads }) =>
    reads.some(({ subject }) => subject === contract.subject),
  );
  if (reader) throw new GenerateError(`${service} reads ${event} already, by the consumer ${reader.name}`);
  return contract;
}

interface Names {
  service: contracts.ServiceName;
  event: string;
  consumer: string;
  /** Of the classes. */
  prefix: string;
  migration: string;
}

function namesOf(service: contracts.ServiceName, event: string): Names {
  const timestamp = Math.floor(Date.now() / SECOND_MS) * SECOND_MS;
  return {
    service,
    event,
    consumer: `${service}-${event}`,
    prefix: pascal(service) + pascal(event),
    migration: `Create${pascal(event)}${timestamp}`,
  };
}

function newFiles({ service, event, prefix, migration }: Names, { schema }: EventContract): Files {
  const template = (file: string): string =>
    withNames(readTemplate(`consumer/${file}`), {
      CreateOrderStatusChanged1767225601000: migration,
      PaymentsOrderStatusChanged: prefix,
      paymentsSchema: `${service}Schema`,
      payments: service,
      'order-status-changed': event,
      order_status_changed: snake(event),
      orderStatusChanged: camel(event),
    });
  const sample = JSON.stringify(sampleOf(schema.toJSONSchema({ io: 'input' }) as JsonSchema));
  const feature = 'src/order-status-changed/order-status-changed';
  return {
    [`apps/${service}/src/${event}/${event}.handler.ts`]: template(`${feature}.handler.ts`),
    [`apps/${service}/src/${event}/${event}.entity.ts`]: template(`${feature}.entity.ts`),
    [`apps/${service}/src/migrations/create-${event}.migration.ts`]: template(
      'src/migrations/create-order-status-changed.migration.ts',
    ),
    [`apps/${service}/test/${event}.test.ts`]: template('test/order-status-changed.test.ts').replace(
      /const data = .*/,
      `const data: DataOf<typeof ${camel(event)}> = ${sample};`,
    ),
  };
}

function editedFiles({ service, event, consumer, prefix, migration }: Names, contract: EventContract): Files {
  const module = `apps/${service}/src/app.module.ts`;
  const schema = `apps/${service}/src/${service}.schema.ts`;
  const entity = `${prefix}Entity`;
  const imported = addImport(
    addImport(textOf(schema) ?? '', entity, `./${event}/${event}.entity.js`),
    migration,
    `./migrations/create-${event}.migration.js`,
  );
  const topology = addImport(textOf(TOPOLOGY_FILE) ?? '', camel(event), fileOf(camel(event)));
  const reader = `{ name: '${consumer}', reads: [${camel(event)}] }`;
  return {
    [module]: addController(textOf(module) ?? '', `${prefix}Handler`, `./${event}/${event}.handler.js`),
    [schema]: addElement(addElement(imported, 'migrations: [', migration), 'entities: [', entity),
    [TOPOLOGY_FILE]: addConsumer(topology, service, reader),
    [PERMISSIONS]: permitConsumer(textOf(PERMISSIONS) ?? '', service, contracts.streamOf(contract), consumer),
  };
}

/** Of a contract, as the topology imports it. */
function fileOf(name: string): string {
  const file = globSync('*/*.ts', { cwd: path.join(ROOT, CONTRACTS) }).find((each) =>
    textOf(`${CONTRACTS}/${each}`)?.includes(`export const ${name} =`),
  );
  if (file === undefined) throw new GenerateError(`no file of ${CONTRACTS} has "export const ${name} ="`);
  return `./${file.replace(/\.ts$/, '.js')}`;
}
