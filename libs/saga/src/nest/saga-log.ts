import { traceFields, type Logger } from '@doorbuster/telemetry';
import type { AdvancedSaga, SagaData } from './message-saga.js';
import type { SagaOptions } from './saga-options.js';

/** The first attempts may be late because the participant restarts. */
const WARN_FROM_ATTEMPT = 3;
const REMIND_MS = 10_000;

/** Warns of sagas that wait: of each that stalls, and of a step without answers at most every 10 s. */
export class SagaLog<Data extends SagaData> {
  private readonly quietUntil = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    private readonly options: Pick<SagaOptions<Data>, 'subjectOf' | 'attributesOf' | 'adviceForStalled'>,
  ) {}

  /** Call it after the commit, with all sagas of a transaction. */
  record(advanced: readonly AdvancedSaga<Data>[]): void {
    const waiting = new Map<string, { example: AdvancedSaga<Data>; attempt: number; sagas: number }>();
    for (const saga of advanced) {
      for (const { step, kind, attempt, reason } of saga.transitions) {
        if (kind === 'STALLED') this.warnOfStalled(saga, step, reason ?? '');
        if (kind !== 'RESENT' || attempt < WARN_FROM_ATTEMPT) continue;
        const seen = waiting.get(step);
        waiting.set(step, {
          example: seen?.example ?? saga,
          attempt: Math.max(attempt, seen?.attempt ?? 0),
          sagas: (seen?.sagas ?? 0) + 1,
        });
      }
    }
    for (const [step, { example, attempt, sagas }] of waiting)
      this.warnOfWaiting(step, example, attempt, sagas);
  }

  private warnOfStalled(
    { instance: { id, definition, data } }: AdvancedSaga<Data>,
    step: string,
    reason: string,
  ): void {
    const { subjectOf, attributesOf, adviceForStalled } = this.options;
    const fields = {
      ...attributesOf(data),
      ...traceFields(data.traceparent),
      sagaId: id,
      saga: definition,
      step,
      reason,
    };
    const advice = adviceForStalled ? `; ${adviceForStalled(id)}` : '';
    this.logger.warn(
      fields,
      `${definition} of ${subjectOf(data)} is stalled at ${step} (${reason})${advice}`,
    );
  }

  private warnOfWaiting(
    step: string,
    { instance }: AdvancedSaga<Data>,
    attempt: number,
    sagas: number,
  ): void {
    const now = Date.now();
    if (now < (this.quietUntil.get(step) ?? 0)) return;
    this.quietUntil.set(step, now + REMIND_MS);
    const { definition, data } = instance;
    const who = `${definition} of ${this.options.subjectOf(data)}${sagas > 1 ? ` and ${sagas - 1} more` : ''}`;
    this.logger.warn(
      { ...this.options.attributesOf(data), saga: definition, step, attempt, sagas },
      `${who}: no answer to ${step} in time, attempt ${attempt} is sent; see whether its service runs (GET /readyz)`,
    );
  }
}
