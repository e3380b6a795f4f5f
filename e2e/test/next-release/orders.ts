/**
 * The next release of orders, as a program: the build, with a new column, new fields in all it publishes, and a new
 * version of the checkout. It is started as `apps/orders/dist/main.js` is, and takes the same arguments.
 */
import type { OutgoingEvent } from '@doorbuster/messaging';
import { ordersSchema } from '@doorbuster/orders/dist/orders.schema.js';
import { OrdersRepository } from '@doorbuster/orders/dist/orders/orders.repository.js';
import { sagaDefinitions } from '@doorbuster/orders/dist/checkout/saga-definitions.js';
import { UnitOfWork } from '@doorbuster/persistence';
import type { QueryRunner } from 'typeorm';

class AddChannel1999000000000 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table orders add column channel text');
  }
  async down(): Promise<void> {}
}
(ordersSchema.migrations as unknown[]).push(AddChannel1999000000000);

// oxlint-disable-next-line typescript/unbound-method -- called with `this` below
const insert = OrdersRepository.prototype.insert;
OrdersRepository.prototype.insert = async function (tx, created) {
  await insert.call(this, tx, created);
  const ids = created.map(({ order }) => order.id);
  await tx.query(`update orders set channel = 'web' where id = any($1::uuid[])`, [ids]);
};

// oxlint-disable-next-line typescript/unbound-method -- called with `this` below
const run = UnitOfWork.prototype.run;
UnitOfWork.prototype.run = function (work, options) {
  const workOfNextRelease: typeof work = async (tx) => {
    const { result, events } = await work(tx);
    return { result, events: events.map(withNewFields) };
  };
  return run.call(this, workOfNextRelease, options) as ReturnType<
    typeof run<Awaited<ReturnType<typeof work>>['result']>
  >;
};

function withNewFields({ natsSubject, event }: OutgoingEvent): OutgoingEvent {
  const data = event.data as { amount?: object };
  const amount = data.amount && { amount: { ...data.amount, taxIncluded: true } };
  return { natsSubject, event: { ...event, data: { ...data, ...amount, channel: 'web' } } };
}

const newestCheckout = sagaDefinitions
  .filter(({ name }) => name === 'checkout')
  .reduce((newest, each) => (each.version > newest.version ? each : newest));
(sagaDefinitions as unknown[]).unshift({ ...newestCheckout, version: newestCheckout.version + 1 });

await import('@doorbuster/orders/dist/main.js');
