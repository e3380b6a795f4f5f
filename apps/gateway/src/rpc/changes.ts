import type { RpcContract } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { DatabaseClock } from './database-clock.js';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from './rpc-client.js';

/** Maximum time until the caller gets an answer. */
const ANSWER_MS = 5_000;
/** Time for the reply of a change that commits at the last moment. */
const MARGIN_MS = 1_000;

type Change = { commitBy: number };

/** Sends changes with a deadline: the owner commits in time or not at all. */
@Injectable()
export class Changes {
  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * The owner commits by its database's clock, at least a second before `answerMs` have passed, or not at all. So after
   * SERVICE_TIMEOUT the change can no longer happen.
   *
   * @throws {ProblemException} the service's refusal, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT
   */
  async make<Request extends Change, Response>(
    contract: RpcContract<Request, Response>,
    request: Omit<Request, 'commitBy'>,
    answerMs = ANSWER_MS,
  ): Promise<Response> {
    const answerBy = performance.now() + answerMs;
    // 0 for a service of the previous release, which ignores deadlines.
    const commitBy = await this.clock.deadline(contract.owner, answerMs - MARGIN_MS);
    try {
      return await this.rpc.call(
        contract,
        { ...request, commitBy } as unknown as Request,
        answerBy - performance.now(),
      );
    } catch (error) {
      throw isUnanswered(error) ? notMade(contract.owner, error) : error;
    }
  }
}

/** True when the service did not answer. A SERVICE_TIMEOUT of the service itself has no cause, and keeps its detail. */
const isUnanswered = (error: unknown): error is ProblemException =>
  error instanceof ProblemException && error.code === 'SERVICE_TIMEOUT' && error.cause !== undefined;

const notMade = (owner: string, cause: unknown): ProblemException =>
  new ProblemException(
    'SERVICE_TIMEOUT',
    `The ${owner} service did not answer in time. It can no longer make this change, but may have made it already. Read the current state, then repeat the request.`,
    { cause },
  );
