import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { GenerateError } from '../generate-error.js';
import { ROOT } from '../repository.js';

interface Saga {
  name: string;
  version: number;
}
interface Command {
  contract: { type: string };
}
type Describe = (saga: Saga, data: object, typeOf: (command: Command) => string) => object;

/** The commands are made for this order, and only their types matter. */
const ORDER = { orderId: '01a0b1c2-0000-7000-8000-000000000001', lines: [], total: {}, method: '' };

/** Loaded by path: orders is compiled only after the list of contracts is renewed, and this program is compiled before. */
const load = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(path.join(ROOT, file)).href)) as T;

/** The snapshot of each version of each saga, by which a change of a released one is found. */
export async function sagaVersions(): Promise<Record<string, (current: string) => string>> {
  const { sagaDefinitions } = await load<{ sagaDefinitions: readonly Saga[] }>(
    'apps/orders/dist/checkout/saga-definitions.js',
  );
  const { describeSaga } = await load<{ describeSaga: Describe }>('libs/saga/dist/testing.js');
  return Object.fromEntries(
    sagaDefinitions.map((saga) => {
      const file = `apps/orders/test/checkout/saga-versions/${saga.name}.v${saga.version}.json`;
      const described = describeSaga(saga, ORDER, ({ contract }) => contract.type);
      return [file, (current: string) => snapshot(file, current, described)];
    }),
  );
}

/** @throws {GenerateError} when the version has a snapshot that differs */
export function snapshot(file: string, current: string, described: object): string {
  if (current === '') return `${JSON.stringify(described, null, 2)}\n`;
  if (JSON.stringify(JSON.parse(current)) === JSON.stringify(described)) return current;
  throw new GenerateError(
    `The saga differs from ${file}, and instances of it may be running. Keep it as it was, and add the change as the next ` +
      'version. If this version was never released, delete the file and repeat the command.',
  );
}
