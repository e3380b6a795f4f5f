/** Every fault point of the repository, and what goes wrong there. */
export const FAULTS = {
  'orders.lose-order': 'an order is accepted and not stored',
  'inventory.oversell': 'a reservation succeeds and holds no units',
  'inventory.drop-release': 'a release is answered and its units stay reserved',
  'payments.charge-twice': 'a payment is charged a second time under another key',
  'outbox.after-commit': 'the process dies after a commit, before its messages are published',
  'outbox.after-publish':
    'the process dies after a publication, before the outbox deletes the row or the incoming message is acknowledged',
  'consumer.before-ack': 'the process dies after a batch was committed, before it is acknowledged',
} as const;
export type Fault = keyof typeof FAULTS;

const ENVIRONMENTS = ['test', 'development'];

/**
 * Reads `FAULT_POINTS`, for example `orders.lose-order,outbox.after-commit=50`: each pass fails, or every 50th.
 *
 * @returns the interval by fault; undefined when the variable is absent or empty
 * @throws unless `NODE_ENV` is test or development, and for a fault that does not exist
 */
export function readFaults(env: NodeJS.ProcessEnv): ReadonlyMap<Fault, number> | undefined {
  const { FAULT_POINTS, NODE_ENV = '' } = env;
  if (!FAULT_POINTS) return undefined;
  if (!ENVIRONMENTS.includes(NODE_ENV)) {
    throw new Error('FAULT_POINTS is refused unless NODE_ENV is test or development');
  }
  return new Map(FAULT_POINTS.split(',').map(readFault));
}

function readFault(text: string): [Fault, number] {
  const [name = '', every = '1'] = text.split('=');
  if (!Object.hasOwn(FAULTS, name)) {
    throw new Error(`FAULT_POINTS: ${name} is not one of ${Object.keys(FAULTS).join(', ')}`);
  }
  if (!/^[1-9]\d*$/.test(every))
    throw new Error(`FAULT_POINTS: ${text}: the interval is a whole number from 1`);
  return [name as Fault, Number(every)];
}
