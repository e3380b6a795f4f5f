import type { QueryContract } from '@doorbuster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DatabaseClock } from '../database-time/database-clock.js';
import { ProblemException } from '../problem/problem.exception.js';
import { Queries } from './queries.js';

/** A caller is told in this time, whatever happens. */
const ANSWER_MS = 5_000;
/** What is committed at the last moment is still answered in time. */
const MARGIN_MS = 1_000;

type Change = { commitBy: number };

/** Asks a service for a change that it makes in time or not at all. */
@Injectable()
export class Changes {
  constructor(
    @Inject(Queries) private readonly queries: Queries,
    @Inject(DatabaseClock) private readonly clock: DatabaseClock,
  ) {}

  /**
   * The owner commits the change a second before `answerMs` are over, by the clock of its database, or not at all. So a
   * caller that is told SERVICE_TIMEOUT is told so after that.
   *
   * @throws {ProblemException} the refusal of the service, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT
   */
  async make<Request extends Change, Response>(
    contract: QueryContract<Request, Response>,
    request: Omit<Request, 'commitBy'>,
    answerMs = ANSWER_MS,
  ): Promise<Response> {
    const answerBy = performance.now() + answerMs;
    // Undefined for a service of the previous release, which knows no deadlines.
    const commitBy = await this.clock.deadline(contract.owner, answerMs - MARGIN_MS);
    try {
      return await this.queries.ask(
        contract,
        { ...request, commitBy } as unknown as Request,
        answerBy - performance.now(),
      );
    } catch (error) {
      throw isUnanswered(error) ? notMade(contract.owner, error) : error;
    }
  }
}

/** The service said nothing: what it does say has a detail of its own. */
const isUnanswered = (error: unknown): error is ProblemException =>
  error instanceof ProblemException && error.code === 'SERVICE_TIMEOUT' && error.cause !== undefined;

const notMade = (owner: string, cause: unknown): ProblemException =>
  new ProblemException(
    'SERVICE_TIMEOUT',
    `The ${owner} service did not answer in time, and makes this change no later than now. Read what it was to change, then repeat it.`,
    { cause },
  );
