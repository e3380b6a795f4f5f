import * as contracts from '@doorbuster/contracts';
import { checkService } from './consumer.js';
import {
  addConsumer,
  addController,
  addElement,
  addImport,
  camel,
  pascal,
  permitCommand,
  permitConsumer,
} from './edit-sources.js';
import { GenerateError } from './generate-error.js';
import { generateWith, PERMISSIONS, TOPOLOGY_FILE } from './generate-with.js';
import { readTemplate } from './repository.js';
import { textOf, type Files } from './write-files.js';

const SAGAS = 'apps/orders/src/checkout';
const DEFINITIONS = `${SAGAS}/saga-definitions.ts`;
const REPLIES = 'orders-replies';

interface Step {
  service: contracts.ServiceName;
  command: string;
  success: string;
  refusal: string;
}

/** Adds a step to a new version of the checkout: its messages, a handler with a test, and the definition. */
export function generateSagaStep(names: readonly (string | undefined)[]): void {
  const step = checkStep(names);
  const version = nextVersion(textOf(DEFINITIONS) ?? '');
  generateWith(filesOf(step, version), [`apps/orders/test/checkout/saga-versions/checkout.v${version}.json`]);
  process.stdout.write(
    `\nVersion ${version} of the checkout sends ${step.command} to ${step.service}, before the pivot.\n` +
      `Test it:  npm run build && npx vitest run --project parts apps/orders apps/${step.service} libs/contracts libs/messaging/test/boundary\n` +
      'Go on:    docs/extending/add-a-saga-step.md says what to edit next.\n',
  );
}

/** @throws {GenerateError} that says which names are needed, or which one is taken */
export function checkStep([service, command, success, refusal]: readonly (string | undefined)[]): Step {
  const owner = checkService(service);
  for (const name of [command, success, refusal]) {
    if (name === undefined || !/^[a-z]+(-[a-z]+)+$/.test(name)) {
      throw new GenerateError(
        `"${name ?? ''}" cannot be a message: name the command and both replies in lower-case words with hyphens, such as ` +
          'npm run generate -- saga-step payments check-fraud fraud-checked fraud-suspected',
      );
    }
    if (camel(name) in contracts) throw new GenerateError(`there is a ${name} already; choose another name`);
  }
  const [a = '', b = '', c = ''] = [command, success, refusal];
  if (new Set([a, b, c]).size < 3) throw new GenerateError('the command and its replies need three names');
  return { service: owner, command: a, success: b, refusal: c };
}

/** @throws {GenerateError} when the list of definitions cannot be read */
export function nextVersion(definitions: string): number {
  const versions = [...definitions.matchAll(/from '\.\/checkout(?:\.v(\d+))?\.saga\.js'/g)];
  if (versions.length === 0) throw new GenerateError(`${DEFINITIONS} imports no version of the checkout`);
  return Math.max(...versions.map(([, version = '1']) => Number(version))) + 1;
}

const fileOf = (version: number): string => (version === 1 ? 'checkout.saga' : `checkout.v${version}.saga`);
const sagaOf = (version: number): string => (version === 1 ? 'checkoutSaga' : `checkoutV${version}Saga`);

function filesOf({ service, command, success, refusal }: Step, version: number): Files {
  const consumer = `${service}-${command}`;
  const handler = `${pascal(service)}${pascal(command)}Handler`;
  const fill = (text: string): string =>
    text
      .replaceAll('PaymentsCheckFraud', pascal(service) + pascal(command))
      .replaceAll('payments', service)
      .replaceAll('check-fraud', command)
      .replaceAll('fraud-checked', success)
      .replaceAll('fraud-suspected', refusal)
      .replaceAll('checkFraud', camel(command))
      .replaceAll('fraudChecked', camel(success))
      .replaceAll('fraudSuspected', camel(refusal));
  const template = (file: string): string => fill(readTemplate(`saga-step/${file}`));
  const app = `apps/${service}/src`;
  return {
    [`libs/contracts/src/${service}/${command}.ts`]: template('contract.ts'),
    [`${app}/${command}/${command}.handler.ts`]: template('handler.ts'),
    [`apps/${service}/test/${command}.test.ts`]: template('test.ts'),
    [`${app}/app.module.ts`]: addController(
      textOf(`${app}/app.module.ts`) ?? '',
      handler,
      `./${command}/${command}.handler.js`,
    ),
    [`${SAGAS}/${fileOf(version)}.ts`]: template('saga.ts')
      .replaceAll('checkoutV2Saga', sagaOf(version))
      .replaceAll('checkoutSaga', sagaOf(version - 1))
      .replaceAll('checkout.saga', fileOf(version - 1))
      .replace('version: 2', `version: ${version}`),
    [DEFINITIONS]: addElement(
      addImport(textOf(DEFINITIONS) ?? '', sagaOf(version), `./${fileOf(version)}.js`),
      'OrderSagaDefinition[] = [',
      sagaOf(version),
    ),
    [TOPOLOGY_FILE]: topologyWith({ service, command, success, refusal }, consumer),
    [PERMISSIONS]: permitCommand(
      permitConsumer(textOf(PERMISSIONS) ?? '', service, contracts.commandStream(service), consumer),
      { sender: 'orders', subject: `cmd.${service}.${command}` },
      { stream: contracts.eventStream(service), consumer: REPLIES },
    ),
  };
}

function topologyWith({ service, command, success, refusal }: Step, consumer: string): string {
  const from = `./${service}/${command}.js`;
  const messages = [command, success, refusal].map(camel);
  const imported = messages.reduce((text, name) => addImport(text, name, from), textOf(TOPOLOGY_FILE) ?? '');
  const [sent = '', ...replies] = messages;
  const orders = imported.indexOf('\n  orders: {');
  const sends = addElement(imported.slice(orders), 'sends: [', sent);
  const consumers = sends.indexOf(`name: '${REPLIES}'`);
  const reads = replies.reduce((text, reply) => addElement(text, 'reads: [', reply), sends.slice(consumers));
  if (orders === -1 || consumers === -1)
    throw new GenerateError(`${TOPOLOGY_FILE} has no consumer ${REPLIES} of orders`);
  return addConsumer(
    imported.slice(0, orders) + sends.slice(0, consumers) + reads,
    service,
    `{ name: '${consumer}', reads: [${sent}] }`,
  );
}
