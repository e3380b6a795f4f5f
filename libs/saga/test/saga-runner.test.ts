import type { IncomingBatch, OutgoingEvent } from '@doorbuster/messaging';
import type { BatchWork, UnitOfWork } from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';
import type { ModuleRef } from '@nestjs/core';
import { expect, it } from 'vitest';
import { SagaRunner, type MessageSaga, type SagaData, type SagasRepository } from '../src/nest/index.js';
import { advance, defineSaga } from '../src/index.js';
import { newInstance } from '../src/instance.js';
import { action, trip } from './fixtures/trip.js';

const DECISIONS = ['begin', 'confirm', 'reject', 'finish'];

class TripDecisions {}

interface Parts {
  definition?: MessageSaga<SagaData>;
  sagas?: unknown;
  unitOfWork?: unknown;
}

function startRunner(
  decisions: readonly string[],
  { definition = trip as unknown as MessageSaga<SagaData>, sagas = {}, unitOfWork = {} }: Parts = {},
): SagaRunner<SagaData> {
  const instance = Object.fromEntries(decisions.map((name) => [name, () => Promise.resolve([])]));
  const moduleRef = { get: () => instance } as unknown as ModuleRef;
  const options = {
    definitions: [definition],
    decisions: TripDecisions as never,
    subjectOf: () => 'subject',
    attributesOf: () => ({}),
  };
  const runner = new SagaRunner(
    sagas as SagasRepository<SagaData>,
    unitOfWork as UnitOfWork,
    moduleRef,
    options,
    {} as Logger,
  );
  runner.onModuleInit();
  return runner;
}

it('the runner starts with every local decision that its definitions name', () => {
  expect(() => startRunner(DECISIONS)).not.toThrow();
});

it.each(DECISIONS)('the runner does not start without the local decision %s', (missing) => {
  expect(() => startRunner(DECISIONS.filter((name) => name !== missing))).toThrow(
    `TripDecisions has no decision ${missing}`,
  );
});

const reply = (name: string) => ({ kind: 'replied' as const, action: name, type: `${name} done` });

const sending = (name: string) => ({
  ...action(name),
  command: () => ({ contract: { subject: name, type: name, owner: 'trips' }, data: {} }),
});
const stages = [{ pivot: 'decide' }, sending('book-flight'), sending('book-car'), sending('pay')];
const shortTrip = defineSaga({
  name: 'trip',
  version: 1,
  stages: stages as never[],
}) as unknown as MessageSaga<SagaData>;

/** The reply to the flight's booking comes to a trip that has these answers. @returns the steps that are sent */
async function deliverFlightAgain(deliveries: number, ...answered: string[]): Promise<string[]> {
  const instance = [{ kind: 'started' as const }, ...answered.map(reply)].reduce(
    (before, input) => advance(shortTrip, before, input, 0).instance,
    newInstance('trip-1', shortTrip, { traceparent: '00-1-1-01' }, 0),
  );
  const events = [{ type: 'book-flight done', sagaid: 'trip-1', sagastep: 'book-flight' }];
  let sent: OutgoingEvent[] = [];
  const runner = startRunner([], {
    definition: shortTrip,
    sagas: { lock: () => Promise.resolve({ instances: [instance], now: new Date(0) }) },
    unitOfWork: {
      runBatch: async (_batch: IncomingBatch, work: BatchWork) => {
        sent = await work({} as never, events as never);
        return 'done';
      },
    },
  });
  const batch = { consumer: 'trips', events: events.map((event) => ({ event, deliveries })) };
  await runner.handleReplies(batch as unknown as IncomingBatch);
  return sent.map(({ event }) => event.sagastep ?? '');
}

it('a redelivered reply to a saga that has moved on sends its pending commands again', async () => {
  expect(await deliverFlightAgain(2, 'book-flight')).toEqual(['book-car']);
  expect(await deliverFlightAgain(2, 'book-flight', 'book-car')).toEqual(['pay']);
});

it('a duplicate reply that the broker delivers for the first time sends nothing', async () => {
  expect(await deliverFlightAgain(1, 'book-flight')).toEqual([]);
});

it('a redelivered reply to a saga that has ended sends nothing', async () => {
  expect(await deliverFlightAgain(2, 'book-flight', 'book-car', 'pay')).toEqual([]);
});
