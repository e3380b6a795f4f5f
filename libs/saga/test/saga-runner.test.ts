import type { UnitOfWork } from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';
import type { ModuleRef } from '@nestjs/core';
import { expect, it } from 'vitest';
import { SagaRunner, type MessageSaga, type SagaData, type SagasRepository } from '../src/nest/index.js';
import { trip } from './fixtures/trip.js';

const DECISIONS = ['begin', 'confirm', 'reject', 'finish'];

class TripDecisions {}

function startRunner(decisions: readonly string[]): void {
  const instance = Object.fromEntries(decisions.map((name) => [name, () => Promise.resolve([])]));
  const moduleRef = { get: () => instance } as unknown as ModuleRef;
  const options = {
    definitions: [trip as unknown as MessageSaga<SagaData>],
    decisions: TripDecisions as never,
    subjectOf: () => 'subject',
    attributesOf: () => ({}),
  };
  const [sagas, unitOfWork, logger] = [{} as SagasRepository<SagaData>, {} as UnitOfWork, {} as Logger];
  new SagaRunner(sagas, unitOfWork, moduleRef, options, logger).onModuleInit();
}

it('the runner starts with every local decision that its definitions name', () => {
  expect(() => startRunner(DECISIONS)).not.toThrow();
});

it.each(DECISIONS)('the runner does not start without the local decision %s', (missing) => {
  expect(() => startRunner(DECISIONS.filter((name) => name !== missing))).toThrow(
    `TripDecisions has no decision ${missing}`,
  );
});
