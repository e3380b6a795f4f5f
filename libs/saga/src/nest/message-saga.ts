import type { MessageContract } from '@doorbuster/contracts';
import type { OutgoingEvent } from '@doorbuster/messaging';
import type { EntityManager } from 'typeorm';
import type { ContractCommand, SagaDefinition } from '../definition.js';
import type { SagaInstance } from '../instance.js';
import type { Advanced } from '../saga-draft.js';

/** What the data of every saga has. It is stored as JSON. */
export interface SagaData {
  /** Of the request that started the saga: every command belongs to its trace. */
  traceparent: string;
}

export type MessageCommand = ContractCommand<MessageContract>;

/** A saga whose commands and replies are messages. */
export type MessageSaga<Data extends SagaData, Decision extends string = string> = SagaDefinition<
  Data,
  MessageCommand,
  Decision,
  MessageContract
>;

/** One saga that moved in this batch. */
export interface AdvancedSaga<Data extends SagaData> extends Advanced<Data, MessageCommand> {
  before: SagaInstance<Data>;
  /** When it moved, by the clock of the database. */
  at: Date;
}

export interface NewSaga<Data> {
  id: string;
  data: Data;
}

/** Starts sagas of the newest version of a definition. `now` is by the clock of the database. */
export interface SagaStarter<Data> {
  start(
    tx: EntityManager,
    definition: string,
    sagas: readonly NewSaga<Data>[],
    now: Date,
  ): Promise<OutgoingEvent[]>;
}

/**
 * A local decision of a saga definition: a method of an injectable class, named in the definition. It is called in the
 * transaction that saves the sagas, once for all sagas of a batch that made this decision. Its events are published after
 * the commit.
 */
export type LocalDecision<Data extends SagaData> = (
  tx: EntityManager,
  sagas: readonly AdvancedSaga<Data>[],
  starter: SagaStarter<Data>,
) => Promise<OutgoingEvent[]>;
