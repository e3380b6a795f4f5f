import {
  indexOf,
  type ReplyContract,
  type SagaAction,
  type SagaDefinition,
  type SagaStep,
} from './definition.js';
import { isEnded, type PendingAction, type SagaInstance } from './instance.js';
import { formatReason, parseReason } from './reason.js';
import { SagaDraft, type Advanced, type SagaCommand } from './saga-draft.js';

export type SagaInput =
  | { kind: 'started' }
  | SagaReply
  /** Time has passed: overdue commands are sent again or given up. */
  | { kind: 'clock' }
  /** An operator sends a stalled saga on. */
  | { kind: 'retried' };

/** A participant's reply to the command of `action`. */
interface SagaReply {
  kind: 'replied';
  action: string;
  /** Type of the reply's contract. It must be one that the action has. */
  type: string;
  /** Parsed by the contract. A refusal's has the reason; other replies are only their type. */
  data?: unknown;
}

/** The pending action does not accept this reply type. A retry would not help. */
export class UnexpectedReplyError extends Error {
  override readonly name = 'UnexpectedReplyError';
  readonly code = 'UNEXPECTED_REPLY';
  constructor(saga: string, { name, succeedsOn, refusedOn }: SagaAction<never, unknown>, type: string) {
    const expected = [succeedsOn, ...(refusedOn ? [refusedOn] : [])].map((contract) => contract.type);
    super(`step ${name} of saga ${saga} expects ${expected.join(' or ')}, and got ${type}`);
  }
}

/**
 * Everything that a saga decides, as a pure function: from the instance and an input to the new instance, the commands to
 * send, the transitions, and the local decisions. An input that is late, duplicated or for a step that is not pending
 * changes nothing.
 *
 * @param now milliseconds since the epoch
 * @throws {UnexpectedReplyError} for a reply to a pending step whose type is not one of that step
 */
export function advance<Data, Command, Decision extends string, Contract extends ReplyContract>(
  definition: SagaDefinition<Data, Command, Decision, Contract>,
  instance: SagaInstance<Data>,
  input: SagaInput,
  now: number,
): Advanced<Data, Command, Decision> {
  const draft = new SagaDraft(definition, instance, now);
  if (!isEnded(instance)) apply(draft, input, now);
  return draft.result();
}

/**
 * The commands that the saga waits for, to be sent again without a transition. A stalled step is not among them: an operator
 * sends it again.
 */
export function pendingCommands<Data, Command, Decision extends string>(
  definition: SagaDefinition<Data, Command, Decision>,
  instance: SagaInstance<Data>,
): SagaCommand<Command>[] {
  const { actions } = indexOf(definition);
  return instance.pending.flatMap(({ name, deadlineAt }) => {
    const action = actions.get(name);
    return action && deadlineAt !== null ? [{ action: name, command: action.command(instance.data) }] : [];
  });
}

function apply<Data, Command, Decision extends string>(
  draft: SagaDraft<Data, Command, Decision>,
  input: SagaInput,
  now: number,
): void {
  switch (input.kind) {
    case 'started':
      if (draft.instance.sequence === 0) draft.start();
      return;
    case 'replied':
      applyReply(draft, input);
      return;
    case 'clock':
      for (const pending of draft.instance.pending) applyDeadline(draft, pending, now);
      return;
    case 'retried':
      if (draft.instance.state === 'STALLED') draft.retry();
      return;
  }
}

function applyReply<Data, Command, Decision extends string>(
  draft: SagaDraft<Data, Command, Decision>,
  { action: name, type, data }: SagaReply,
): void {
  const pending = draft.pendingOf(name);
  if (!pending) return;
  const action = draft.actionOf(name);
  if (type === action.succeedsOn.type) succeed(draft, pending);
  else if (type === action.refusedOn?.type) refuse(draft, pending, (data as { reason: string }).reason);
  else throw new UnexpectedReplyError(draft.title, action, type);
}

function succeed<Data, Command, Decision extends string>(
  draft: SagaDraft<Data, Command, Decision>,
  { name, attempt }: PendingAction,
): void {
  draft.removePending(name);
  draft.record(name, 'SUCCEEDED', attempt);
  draft.proceed(draft.isCompensation(name));
}

/** A refused step turns the saga back. A refused compensation cannot be undone further: an operator has to look. */
function refuse<Data, Command, Decision extends string>(
  draft: SagaDraft<Data, Command, Decision>,
  pending: PendingAction,
  text: string,
): void {
  const { name, attempt } = pending;
  const reason = parseReason(text);
  draft.record(name, 'REFUSED', attempt, formatReason(reason));
  if (draft.isCompensation(name)) {
    draft.stall(pending, formatReason(reason));
    return;
  }
  draft.removePending(name);
  draft.refuse(name, reason);
  draft.proceed(false);
}

/** An overdue command is sent again. After its last attempt the saga compensates, or stalls where it cannot turn back. */
function applyDeadline<Data, Command, Decision extends string>(
  draft: SagaDraft<Data, Command, Decision>,
  pending: PendingAction,
  now: number,
): void {
  const { name, attempt, deadlineAt } = pending;
  if (deadlineAt === null || deadlineAt > now || !draft.pendingOf(name)) return;
  const action = draft.actionOf(name);
  if (attempt < action.attempts) {
    draft.send(action, attempt + 1, 'RESENT', 'no answer in time');
  } else if (draft.isCompensatable()) {
    draft.record(name, 'TIMED_OUT', attempt);
    draft.compensate({ code: (action as SagaStep<Data, Command>).timeoutReason ?? 'TIMEOUT' });
  } else {
    draft.stall(pending, `no answer to ${attempt} attempts`);
  }
}
