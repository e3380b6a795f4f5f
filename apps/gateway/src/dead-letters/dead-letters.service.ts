import {
  dismissDeadLetterOf,
  listDeadLettersOf,
  replayDeadLetterOf,
  SERVICES,
  type Actor,
  type DeadLetter,
  type DeadLetterFilter,
  type ErrorCode,
  type Page,
  type ServiceName,
} from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';
import { Changes } from '../rpc/changes.js';
import { newestOf } from '../rpc/newest-of.js';
import { RpcClient } from '../rpc/rpc-client.js';

/** The owner handles the event again before it answers. */
const REPLAY_DEADLINE_MS = 15_000;

/** Lists, replays and dismisses the dead letters of all services. Each service keeps its own. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly rpc: RpcClient,
    private readonly changes: Changes,
  ) {}

  /** Newest first, of all services. */
  async list(filter: DeadLetterFilter): Promise<Page<DeadLetter>> {
    const pages = await Promise.all(
      SERVICES.map((service) => this.rpc.call(listDeadLettersOf(service), filter)),
    );
    return newestOf(pages, filter.limit);
  }

  replay(actor: Actor, id: string): Promise<DeadLetter> {
    return ownersAnswer((service) =>
      this.changes.make(replayDeadLetterOf(service), { actor, id }, REPLAY_DEADLINE_MS),
    );
  }

  dismiss(actor: Actor, id: string, reason: string): Promise<DeadLetter> {
    return ownersAnswer((service) => this.changes.make(dismissDeadLetterOf(service), { actor, id, reason }));
  }
}

/** Asks all services, because the id does not name the owner. */
async function ownersAnswer(ask: (service: ServiceName) => Promise<DeadLetter>): Promise<DeadLetter> {
  const answers = await Promise.allSettled(SERVICES.map(ask));
  const done = answers.find((answer) => answer.status === 'fulfilled');
  if (done) return done.value;
  const refusals = answers.flatMap((answer) =>
    answer.status === 'rejected' ? [answer.reason as unknown] : [],
  );
  const hasCode = (error: unknown, ...codes: ErrorCode[]): boolean =>
    error instanceof ProblemException && codes.includes(error.code);
  // First the owner's refusal, then a service without an answer, which may be the owner.
  throw (
    refusals.find((error) => hasCode(error, 'REPLAY_FAILED', 'DEAD_LETTER_REPLAYED')) ??
    refusals.find((error) => !hasCode(error, 'DEAD_LETTER_NOT_FOUND')) ??
    refusals[0]
  );
}
