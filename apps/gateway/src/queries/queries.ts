import type { QueryContract, Refusal, Reply } from '@doorbuster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { ClientNats } from '@nestjs/microservices';
import { firstValueFrom, timeout, TimeoutError } from 'rxjs';
import { ProblemException } from '../problem/problem.exception.js';
import { invalidFields } from '../problem/validation.pipe.js';
import { NATS_CLIENT } from '../tokens.js';
import { endingWith, startQuerySpan, withTrace } from './query-span.js';

const DEADLINE_MS = 5_000;

/** Asks the services, each question typed by its contract. */
@Injectable()
export class Queries {
  private turn: Promise<void> | undefined;

  constructor(@Inject(NATS_CLIENT) private readonly client: ClientNats) {}

  /**
   * The value that the owner of the contract answers with. Its answers are typed by the contract and not checked again.
   * @throws {ProblemException} the refusal of the service, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT
   */
  async ask<Request, Response>(
    contract: QueryContract<Request, Response>,
    request: Request,
    deadlineMs = DEADLINE_MS,
  ): Promise<Response> {
    const span = startQuerySpan(contract);
    await this.endOfTurn();
    const answer = this.client
      .send<Reply<Response>>(contract.subject, withTrace(request, span))
      .pipe(timeout(deadlineMs));
    const reply = await endingWith(span, firstValueFrom(answer)).catch((error: unknown) => {
      throw notAnswered(contract.owner, error);
    });
    if (reply.ok) return reply.value;
    throw refused(reply.error);
  }

  /**
   * NATS writes to its socket once per microtask queue. What came from many sockets in one turn of the event loop is
   * sent together, which saves a system call a request when it matters and nothing to wait for when it does not.
   */
  private endOfTurn(): Promise<void> {
    this.turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.turn = undefined;
        resolve();
      });
    });
    return this.turn;
  }
}

/** What only the owner can find wrong, such as a cursor, it names before a colon: `cursor: take it from nextCursor`. */
function refused({ code, detail }: Refusal): ProblemException {
  const [, path, message] = /^([\w.]+): (.+)$/.exec(detail) ?? [];
  if (code !== 'VALIDATION_FAILED' || path === undefined || message === undefined) {
    return new ProblemException(code, detail);
  }
  return invalidFields([{ path, message }]);
}

function notAnswered(owner: string, cause: unknown): ProblemException {
  const [code, what] =
    cause instanceof TimeoutError
      ? (['SERVICE_TIMEOUT', 'did not answer in time'] as const)
      : (['SERVICE_UNAVAILABLE', 'cannot be reached'] as const);
  return new ProblemException(code, `The ${owner} service ${what}. Try again in a moment.`, { cause });
}
