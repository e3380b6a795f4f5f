import { expect, it } from 'vitest';
import { permitCommand } from '../src/edit-sources.js';
import { snapshot } from '../src/files/saga-versions.js';
import { checkStep, nextVersion } from '../src/saga-step.js';

it.each([
  [['shipping', 'a-b', 'c-d', 'e-f'], /no service "shipping"/],
  [['payments'], /"" cannot be a message: .* saga-step payments check-fraud fraud-checked/],
  [['payments', 'checkFraud', 'c-d', 'e-f'], /"checkFraud" cannot be a message/],
  [['payments', 'void-payment', 'c-d', 'e-f'], /there is a void-payment already/],
  [['payments', 'a-b', 'c-d', 'c-d'], /need three names/],
])('the names %j are refused with what to do', (names, message) => {
  expect(() => checkStep(names)).toThrow(message);
});

it('the next version follows the highest', () => {
  const first = "import { checkoutSaga } from './checkout.saga.js';\n";
  expect(nextVersion(first)).toBe(2);
  expect(nextVersion(`import { checkoutV12Saga } from './checkout.v12.saga.js';\n${first}`)).toBe(13);
  expect(() => nextVersion('')).toThrow('imports no version of the checkout');
});

it('a consumer of replies may read the stream of a service that had none for it, once', () => {
  const table = "...provisions('A_EVENTS', 'x'),\n ...answers('orders')";
  const command = { sender: 'orders', subject: 'cmd.a.b-c' };
  const once = permitCommand(table, command, { stream: 'A_EVENTS', consumer: 'orders-replies' });
  expect(once).toContain("'cmd.a.b-c', ");
  expect(once).toContain("...reads('A_EVENTS', 'orders-replies'), ");
  expect(once).toContain("...provisions('A_EVENTS', 'orders-replies', 'x')");
  const twice = permitCommand(once, command, { stream: 'A_EVENTS', consumer: 'orders-replies' });
  expect(twice.split('reads(')).toHaveLength(2);
});

it('the snapshot of a version is written once, and a changed version is refused', () => {
  const written = snapshot('v2.json', '', { version: 2 });
  expect(snapshot('v2.json', written, { version: 2 })).toBe(written);
  expect(() => snapshot('v2.json', written, { version: 2, stages: [] })).toThrow('differs from v2.json');
});
