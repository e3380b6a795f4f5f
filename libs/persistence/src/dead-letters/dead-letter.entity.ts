import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** An event that a consumer gave up on. */
@Entity('dead_letters')
export class DeadLetterEntity {
  /** UUIDv7. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  consumer!: string;

  /** The NATS subject of its message. */
  @Column('text')
  subject!: string;

  /** The CloudEvent, or the text of a message that could not be read as a batch of events. */
  @Column('jsonb')
  event!: unknown;

  @Column('text')
  error!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'dead_at' })
  deadAt!: Date;

  @Column('timestamptz', { name: 'replayed_at', nullable: true })
  replayedAt!: Date | null;

  @Column('timestamptz', { name: 'dismissed_at', nullable: true })
  dismissedAt!: Date | null;

  /** Why an operator dismissed it. */
  @Column('text', { name: 'dismiss_reason', nullable: true })
  dismissReason!: string | null;

  /** Unique for each consumer. Null in rows of a release before the key; only the insert statement uses it. */
  @Column('text', { name: 'event_key', nullable: true, select: false })
  eventKey?: string | null;
}
