import {
  listDeadLettersOf,
  replayDeadLetterOf,
  SERVICES,
  type Actor,
  type DeadLetter,
  type DeadLetterFilter,
  type Page,
} from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';
import { Changes } from '../rpc/changes.js';
import { newestOf } from '../rpc/newest-of.js';
import { RpcClient } from '../rpc/rpc-client.js';

/** The owner handles the event again before it answers. */
const REPLAY_DEADLINE_MS = 15_000;

/** Lists and replays the dead letters of all services. Each service keeps its own. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly rpc: RpcClient,
    private readonly changes: Changes,
  ) {}

  /** Newest first, of all services. */
  async list({ limit, cursor }: DeadLetterFilter): Promise<Page<DeadLetter>> {
    const pages = await Promise.all(
      SERVICES.map((service) => this.rpc.call(listDeadLettersOf(service), { limit, cursor })),
    );
    return newestOf(pages, limit);
  }

  /** Asks all services, because the id does not name the owner. */
  async replay(actor: Actor, id: string): Promise<DeadLetter> {
    const answers = await Promise.allSettled(
      SERVICES.map((service) =>
        this.changes.make(replayDeadLetterOf(service), { actor, id }, REPLAY_DEADLINE_MS),
      ),
    );
    const replayed = answers.find((answer) => answer.status === 'fulfilled');
    if (replayed) return replayed.value;
    const refusals = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    );
    const isNotFound = (error: unknown): boolean =>
      error instanceof ProblemException && error.code === 'DEAD_LETTER_NOT_FOUND';
    const isReplayFailed = (error: unknown): boolean =>
      error instanceof ProblemException && error.code === 'REPLAY_FAILED';
    // First the owner's refusal, then a service without an answer, which may be the owner.
    throw refusals.find(isReplayFailed) ?? refusals.find((error) => !isNotFound(error)) ?? refusals[0];
  }
}
