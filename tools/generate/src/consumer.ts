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
import { readTemplate, ROOT } from './repository.js';
import { sampleOf, type JsonSchema } from './sample.js';
import { textOf, type Files } from './write-files.js';

const CONTRACTS = 'libs/contracts/src';
const SECOND_MS = 1_000;

type EventContract = contracts.MessageContract;

/** Adds a consumer of one event to a service, with a table of the newest data, a migration and a test. */
export function generateConsumer(service: string | undefined, event: string | undefined): void {
  const owner = checkService(service);
  const contract = checkEvent(owner, event);
  const name = event ?? '';
  const consumer = `${owner}-${name}`;
  generateWith(filesOf(owner, name, contract));
  process.stdout.write(
    `\n${owner} reads ${name} by the consumer ${consumer}.\n` +
      `Test it:  npx vitest run --project parts apps/${owner} libs/messaging/test/boundary tools/generate\n`,
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

function filesOf(service: contracts.ServiceName, event: string, contract: EventContract): Files {
  const consumer = `${service}-${event}`;
  const named = pascal(service) + pascal(event);
  const handler = `${named}Handler`;
  const entity = `${named}Entity`;
  const app = `apps/${service}/src`;
  const timestamp = String(Math.floor(Date.now() / SECOND_MS) * SECOND_MS);
  const migration = `Create${pascal(event)}${timestamp}`;
  const fill = (text: string): string =>
    text
      .replaceAll('CreateOrderStatusChanged1767225601000', migration)
      .replaceAll('PaymentsOrderStatusChanged', named)
      .replaceAll('paymentsSchema', `${service}Schema`)
      .replaceAll('payments', service)
      .replaceAll('order-status-changed', event)
      .replaceAll('order_status_changed', snake(event))
      .replaceAll('orderStatusChanged', camel(event));
  const template = (file: string): string => fill(readTemplate(`consumer/${file}`));
  const sample = JSON.stringify(sampleOf(contract.schema.toJSONSchema({ io: 'input' }) as JsonSchema));
  const schema = textOf(`${app}/${service}.schema.ts`) ?? '';
  const imported = addImport(
    addImport(schema, entity, `./${event}/${event}.entity.js`),
    migration,
    `./migrations/create-${event}.migration.js`,
  );
  const topology = addImport(textOf(TOPOLOGY_FILE) ?? '', camel(event), fileOf(camel(event)));
  const reader = `{ name: '${consumer}', reads: [${camel(event)}] }`;
  return {
    [`${app}/${event}/${event}.handler.ts`]: template(
      'src/order-status-changed/order-status-changed.handler.ts',
    ),
    [`${app}/${event}/${event}.entity.ts`]: template(
      'src/order-status-changed/order-status-changed.entity.ts',
    ),
    [`${app}/migrations/create-${event}.migration.ts`]: template(
      'src/migrations/create-order-status-changed.migration.ts',
    ),
    [`apps/${service}/test/${event}.test.ts`]: template('test/order-status-changed.test.ts').replace(
      /const data = .*/,
      `const data: DataOf<typeof ${camel(event)}> = ${sample};`,
    ),
    [`${app}/app.module.ts`]: addController(
      textOf(`${app}/app.module.ts`) ?? '',
      handler,
      `./${event}/${event}.handler.js`,
    ),
    [`${app}/${service}.schema.ts`]: addElement(
      addElement(imported, 'migrations: [', migration),
      'entities: [',
      entity,
    ),
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
