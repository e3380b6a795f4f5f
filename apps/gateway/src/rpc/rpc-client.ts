import { randomUUID } from 'node:crypto';
import { rpcInboxPrefix, type Refusal, type Reply, type RpcContract } from '@doorbuster/contracts';
import { RpcSigner, SIGNATURE_HEADER } from '@doorbuster/service/process';
import { fail, startSpanIn, traceparentOf, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { createInbox, headers, TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { context, SpanKind, trace, type Span } from '@opentelemetry/api';
import { invalidFields, problemOf, ProblemException } from '../problem/problem.exception.js';
import { LOGGER } from '../tokens.js';

const DEADLINE_MS = 5_000;

/** Nest's wire format of an answer. */
interface NestAnswer<Response> {
  response?: Reply<Response>;
  err?: unknown;
}

/** Calls the services by their RPC contracts, and signs requests that change state. */
@Injectable()
export class RpcClient {
  private turn: Promise<void> | undefined;

  constructor(
    private readonly client: ClientNats,
    private readonly signer: RpcSigner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * The value of the service's reply. It is typed by the contract and not parsed again.
   * @throws {ProblemException} the service's refusal, SERVICE_UNAVAILABLE or SERVICE_TIMEOUT
   */
  async call<Request, Response>(
    contract: RpcContract<Request, Response>,
    request: Request,
    deadlineMs = DEADLINE_MS,
  ): Promise<Response> {
    const reply = await this.exchange(contract, request, deadlineMs);
    if (reply.ok) return reply.value;
    if (reply.error.code === 'UNAUTHENTICATED') throw this.notTrusted(contract, reply.error);
    throw refused(reply.error);
  }

  private async exchange<Request, Response>(
    contract: RpcContract<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Reply<Response>> {
    const span = startSpan(contract);
    try {
      return await this.send(contract, request, deadlineMs, span);
    } catch (error) {
      if (span) fail(span, error);
      throw notAnswered(contract.owner, error);
    } finally {
      span?.end();
    }
  }

  /** Sends Nest's wire format on Nest's connection. Nest's client is not used, because it gives no access to the bytes that are signed. */
  private async send<Request, Response>(
    { owner, subject, changesStateFor }: RpcContract<Request, Response>,
    request: Request,
    deadlineMs: number,
    span: Span | undefined,
  ): Promise<Reply<Response>> {
    const payload = Buffer.from(JSON.stringify({ pattern: subject, data: request, id: randomUUID() }));
    const traceparent = traceparentOf(span);
    const carrier = traceparent !== undefined || changesStateFor ? headers() : undefined;
    if (traceparent !== undefined) carrier?.set('traceparent', traceparent);
    if (changesStateFor) carrier?.set(SIGNATURE_HEADER, await this.signer.sign(subject, payload));
    await this.endOfTurn();
    // Rejects at once while the broker is unavailable.
    const connection: NatsConnection = await this.client.connect();
    // Each service publishes to its own reply subject only, so none can answer for another.
    const reply = createInbox(rpcInboxPrefix(owner));
    const options = { timeout: deadlineMs, noMux: true, reply, ...(carrier && { headers: carrier }) };
    const message = await connection.request(subject, payload, options);
    const { response, err } = message.json<NestAnswer<Response>>();
    if (response === undefined) throw new Error('the answer holds no reply', { cause: err });
    return response;
  }

  /** The keys of gateway and service do not match. An operator has to mend that, so it is logged. */
  private notTrusted({ owner, subject }: Pick<RpcContract, 'owner' | 'subject'>, { detail }: Refusal) {
    this.logger.error({ subject, detail }, `${owner} does not accept this gateway's signature`);
    return new ProblemException('SERVICE_UNAVAILABLE', `The ${owner} service does not accept requests now.`);
  }

  /**
   * NATS writes to its socket once per microtask queue. Requests of many sockets in one turn of the event loop are sent
   * together: one system call instead of many under load, and no delay otherwise.
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

/** A child of the active span; `undefined` when that one is not recorded. */
function startSpan({ owner, subject }: RpcContract): Span | undefined {
  if (!trace.getActiveSpan()?.isRecording()) return undefined;
  return startSpanIn(context.active(), subject, {
    kind: SpanKind.CLIENT,
    attributes: { 'rpc.system.name': 'nats', 'rpc.service': owner, 'rpc.method': subject },
  });
}

/** A service names an invalid field before a colon: `cursor: take it from nextCursor`. */
function refused(refusal: Refusal): ProblemException {
  const { code, detail } = refusal;
  const [, path, message] = /^([\w.]+): (.+)$/.exec(detail) ?? [];
  if (code !== 'VALIDATION_FAILED' || path === undefined || message === undefined) {
    return problemOf(refusal);
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
