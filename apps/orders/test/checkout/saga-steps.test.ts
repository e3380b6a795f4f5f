import { actionsOf, isPivot, stepsOf } from '@doorbuster/saga';
import { SagaTester } from '@doorbuster/saga/testing';
import { describe, expect, it } from 'vitest';
import type { OrderSagaDefinition } from '../../src/checkout/order-decisions.js';
import { sagaDefinitions } from '../../src/checkout/saga-definitions.js';
import { SAGA_DATA } from './newest-checkout.js';

type Saga = SagaTester<unknown, unknown>;

/** The saga waits for its participants no more, because they carry out all that they are sent. */
function settle(saga: Saga): Saga {
  while (saga.state !== 'STALLED' && saga.waitingFor.length > 0) saga.succeed(...saga.waitingFor);
  return saga;
}

/** The saga has just sent the command of this step. */
function waitingFor(definition: OrderSagaDefinition, { name }: { name: string }): Saga {
  const saga = new SagaTester(definition, SAGA_DATA).start() as unknown as Saga;
  while (!saga.waitingFor.includes(name)) saga.succeed(...saga.waitingFor);
  return saga;
}

describe.each(sagaDefinitions)('$name v$version', (definition) => {
  const pivot = definition.stages.findIndex(isPivot);
  const steps = definition.stages.flatMap((stage, index) =>
    stepsOf(stage).map((step) => ({ step, name: step.name, index })),
  );
  const compensatable = steps.filter(({ index }) => index < pivot);
  const retriable = steps.filter(({ index }) => index > pivot);

  it('completes when every participant is willing', () => {
    settle(new SagaTester(definition, SAGA_DATA).start() as unknown as Saga).expectCompleted();
  });

  it.each(actionsOf(definition))('$name: its command fits the contract of this name', ({ name, command }) => {
    const { contract, data } = command(SAGA_DATA);
    expect(contract.schema.safeParse(data).success).toBe(true);
    expect(contract.subject).toMatch(new RegExp(`\\.${name}$`));
  });

  it.each(steps)('$name is sent again when its reply is lost, and the saga completes', ({ step }) => {
    const saga = waitingFor(definition, step).passDeadline();
    expect(saga.sent).toContain(step.name);
    settle(saga).expectCompleted();
  });

  it.each(steps.filter(({ step }) => step.refusedOn))('$name is refused: the saga is undone', ({ step }) => {
    settle(waitingFor(definition, step).refuse(step.name, 'REFUSED')).expectRolledBack('REFUSED');
  });

  it.each(compensatable)('$name is never answered: the saga is undone', ({ step }) => {
    const saga = waitingFor(definition, step).loseEveryReplyTo(step.name);
    settle(saga).expectRolledBack();
  });

  it.each(retriable)('$name is never answered after the pivot: the saga stalls', ({ step }) => {
    const saga = waitingFor(definition, step).loseEveryReplyTo(step.name);
    expect(saga.state).toBe('STALLED');
    expect(saga.waitingFor).toContain(step.name);
  });
});
