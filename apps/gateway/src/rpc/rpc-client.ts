import { randomUUID } from 'node:crypto';
import { rpcInboxPrefix, type RpcContract, type Refusal, type Reply } from '@doorbuster/contracts';
import { RpcSigner, SIGNATURE_HEADER } from '@doorbuster/service/process';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { ClientNats } from '@nestjs/microservices';
import {
  createInbox,
  headers,
  TimeoutError,
  type MsgHdrs,
  type NatsConnection,
} from '@nats-io/transport-node';
import { ProblemException } from '../problem/problem.exception.js';
import { invalidFields } from '../problem/validation.pipe.js';
import { LOGGER, NATS_CLIENT } from '../tokens.js';
import { endingWith, startRpcSpan, traceHeaders } from './rpc-span.js';

const DEADLINE_MS = 5_000;

/** What a Nest service answers with. */
interface Answer<Response> {
  response?: Reply<Response>;
  err?: unknown;
}

/** Asks the services, each question typed by its contract; signs those that change state. */
@Injectable()
export class RpcClient {
  private turn: Promise<void> | undefined;

  constructor(
    @Inject(NATS_CLIENT) private readonly client: ClientNats,
    private readonly signer: RpcSigner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * The value that the owner of the contract answers with. Its answers are typed by the contract and not checked again.
   * @throws {ProblemException} the refusal of the service, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT
   */
  async call<Request, Response>(
    contract: RpcContract<Request, Response>,
    request: Request,
    deadlineMs = DEADLINE_MS,
  ): Promise<Response> {
    const span = startRpcSpan(contract);
    const answer = this.exchange(contract, request, traceHeaders(span), deadlineMs);
    const reply = await endingWith(span, answer).catch((error: unknown) => {
      throw notAnswered(contract.owner, error);
    });
    if (reply.ok) return reply.value;
    if (reply.error.code === 'UNAUTHENTICATED') throw this.notTrusted(contract, reply.error);
    throw refused(reply.error);
  }

  /**
   * Sends on Nest's connection, in Nest's wire format, and not through its client: that serializes only when it sends, and a
   * signature is over the very bytes.
   */
  private async exchange<Request, Response>(
    { owner, subject, changesStateFor }: RpcContract<Request, Response>,
    request: Request,
    trace: MsgHdrs | undefined,
    deadlineMs: number,
  ): Promise<Reply<Response>> {
    const payload = Buffer.from(JSON.stringify({ pattern: subject, data: request, id: randomUUID() }));
    let carrier = trace;
    if (changesStateFor) {
      carrier ??= headers();
      carrier.set(SIGNATURE_HEADER, await this.signer.sign(subject, payload));
    }
    await this.endOfTurn();
    // Rejects at once while the broker is away.
    const connection: NatsConnection = await this.client.connect();
    // Each service has its own reply subject and may publish on no other, so none can answer for another.
    const reply = createInbox(rpcInboxPrefix(owner));
    const options = { timeout: deadlineMs, noMux: true, reply, ...(carrier && { headers: carrier }) };
    const { response, err } = (await connection.request(subject, payload, options)).json<Answer<Response>>();
    if (response === undefined) throw new Error('the answer holds no reply', { cause: err });
    return response;
  }

  /** The keys of gateway and service do not match: an operator's mistake, which the caller cannot mend. */
  private notTrusted({ owner, subject }: Pick<RpcContract, 'owner' | 'subject'>, { detail }: Refusal) {
    this.logger.error({ subject, detail }, `${owner} does not accept this gateway's signature`);
    return new ProblemException('SERVICE_UNAVAILABLE', `The ${owner} service does not accept requests now.`);
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
