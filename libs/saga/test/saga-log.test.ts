import { createLogger } from '@doorbuster/telemetry';
import { beforeEach, expect, it, vi } from 'vitest';
import type { TransitionKind } from '../src/instance.js';
import type { AdvancedSaga, SagaData } from '../src/nest/message-saga.js';
import { SagaLog } from '../src/nest/saga-log.js';

interface TripData extends SagaData {
  tripId: string;
}

let lines: Record<string, unknown>[];
let log: SagaLog<TripData>;

beforeEach(() => {
  lines = [];
  const output = { write: (text: string) => void lines.push(JSON.parse(text) as Record<string, unknown>) };
  log = new SagaLog<TripData>(createLogger('trips', 'info', output), {
    subjectOf: ({ tripId }) => tripId,
    attributesOf: ({ tripId }) => ({ tripId }),
    adviceForStalled: (id) => `POST /retry/${id}`,
  });
});

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function moved(tripId: string, kind: TransitionKind, attempt: number): AdvancedSaga<TripData> {
  const transition = {
    sagaId: `saga-${tripId}`,
    sequence: 4,
    step: 'book-hotel',
    kind,
    attempt,
    reason: 'no room',
  };
  const instance = { id: `saga-${tripId}`, definition: 'trip', data: { tripId, traceparent: TRACEPARENT } };
  return { instance, transitions: [transition] } as unknown as AdvancedSaga<TripData>;
}

it('each stalled saga is a warning with its subject, step, reason and what to do', () => {
  log.record([moved('a', 'STALLED', 20), moved('b', 'STALLED', 20), moved('c', 'SUCCEEDED', 1)]);
  expect(lines).toMatchObject(
    ['a', 'b'].map((id) => ({
      level: 'warn',
      msg: `trip of ${id} is stalled at book-hotel (no room); POST /retry/saga-${id}`,
      tripId: id,
      sagaId: `saga-${id}`,
      step: 'book-hotel',
      traceId: TRACEPARENT.slice(3, 35),
    })),
  );
});

it('the first repetitions are no warning', () => {
  log.record([moved('a', 'RESENT', 2)]);
  expect(lines).toEqual([]);
});

it('sagas that wait for the same step are one warning in ten seconds', () => {
  vi.useFakeTimers();
  try {
    log.record([moved('a', 'RESENT', 3), moved('b', 'RESENT', 4)]);
    log.record([moved('c', 'RESENT', 3)]);
    expect(lines).toMatchObject([{ level: 'warn', sagas: 2, step: 'book-hotel', attempt: 4 }]);
    expect(lines[0]?.['msg']).toMatch(
      /^trip of a and 1 more: no answer to book-hotel in time, attempt 4 is sent/,
    );
    vi.advanceTimersByTime(10_000);
    log.record([moved('c', 'RESENT', 3)]);
    expect(lines).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
