import { existsSync, readFileSync } from 'node:fs';
import { commandOf, COMPENSATABLE, defineSaga } from '@doorbuster/saga';
import { describeSaga } from '@doorbuster/saga/testing';
import { reserveStock, stockReserved, stockRefused } from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import { checkoutSaga } from '../../src/checkout/checkout.saga.js';
import type { OrderSagaDefinition } from '../../src/checkout/order-decisions.js';
import { commandForOrder } from '../../src/orders/domain/order-saga.js';
import { sagaDefinitions } from '../../src/checkout/saga-definitions.js';
import { SAGA_DATA } from './newest-checkout.js';

const snapshotOf = ({ name, version }: OrderSagaDefinition): URL =>
  new URL(`saga-versions/${name}.v${version}.json`, import.meta.url);
const describeOrderSaga = (saga: OrderSagaDefinition): object =>
  describeSaga(saga, SAGA_DATA, ({ contract }) => contract.type);

/** Fails a definition that differs from its snapshot: running instances would go on by another definition. */
function expectUnchanged(saga: OrderSagaDefinition): void {
  const title = `${saga.name} v${saga.version}`;
  const snapshot = snapshotOf(saga);
  const described = JSON.stringify(describeOrderSaga(saga), undefined, 2);
  if (!existsSync(snapshot)) {
    throw new Error(`${title} is new: run \`npm run generate:all\`, and commit the snapshot that it writes`);
  }
  expect(
    JSON.parse(described),
    `${title} has changed, and instances of it may be running. ` +
      'Keep it as it was, and add the change as a definition with the next version.',
  ).toEqual(JSON.parse(readFileSync(snapshot, 'utf8')));
}

describe('a version of a saga', () => {
  it.each(sagaDefinitions)('$name v$version is as it was released', (saga) => expectUnchanged(saga));

  it.each<[string, (saga: OrderSagaDefinition) => OrderSagaDefinition]>([
    ['a stage less', (saga) => ({ ...saga, stages: saga.stages.slice(1) })],
    ['another local decision', (saga) => ({ ...saga, onCompleted: 'rejectOrCancelOrder' })],
    [
      'more attempts',
      (saga) => ({
        ...saga,
        stages: saga.stages.map((stage) => ('name' in stage ? { ...stage, attempts: 9 } : stage)),
      }),
    ],
    [
      'another reply contract',
      (saga) => ({
        ...saga,
        stages: saga.stages.map((stage) =>
          'name' in stage
            ? { ...stage, succeedsOn: { ...stage.succeedsOn, type: `${stage.succeedsOn.type}2` } }
            : stage,
        ),
      }),
    ],
    [
      'another command',
      (saga) => ({
        ...saga,
        stages: saga.stages.map((stage) =>
          'name' in stage ? { ...stage, command: commandForOrder(stockReserved as never) } : stage,
        ),
      }),
    ],
  ])('fails with %s', (_, change) => {
    expect(() => expectUnchanged(change(checkoutSaga))).toThrow('checkout v1 has changed');
  });

  it('fails when its snapshot is missing', () => {
    expect(() => expectUnchanged({ ...checkoutSaga, version: 99 })).toThrow(
      'checkout v99 is new: run `npm run generate:all`',
    );
  });
});

describe('the types of a definition', () => {
  const step = { name: 'reserve-stock', command: commandForOrder(reserveStock as never), ...COMPENSATABLE };

  it('require the reply that a step succeeds on', () => {
    // @ts-expect-error succeedsOn is missing
    const broken: OrderSagaDefinition = { name: 'x', version: 1, stages: [step, { pivot: 'p' }] };
    expect(broken).not.toHaveProperty('succeedsOn');
  });

  it('require a refusal to carry a reason', () => {
    // @ts-expect-error stockReserved has no reason
    const refused: OrderSagaDefinition['stages'][number] = {
      ...step,
      succeedsOn: stockReserved,
      refusedOn: stockReserved,
    };
    expect(refused).toHaveProperty('refusedOn');
  });

  it("know the data of a command's contract", () => {
    // @ts-expect-error lines are missing
    const incomplete = commandOf(reserveStock, { orderId: SAGA_DATA.orderId });
    expect(reserveStock.schema.safeParse(incomplete.data).success).toBe(false);
  });

  it('know the local decisions', () => {
    const stages = [
      { ...step, succeedsOn: stockReserved, refusedOn: stockRefused, changesNothing: true },
    ] as const;
    // @ts-expect-error there is no such decision
    const unknown: OrderSagaDefinition = { name: 'x', version: 1, stages, onCompleted: 'celebrate' };
    expect(() => defineSaga(unknown)).toThrow('no pivot');
  });
});
