import { Column, Entity, PrimaryColumn } from 'typeorm';

class ActorColumns {
  @Column('text', { name: 'actor_id' })
  customerId!: string;

  @Column('text', { name: 'actor_role' })
  role!: string;
}

/** One action of an operator or admin, done or refused. Rows are never changed. */
@Entity('audit_log')
export class AuditEntryEntity {
  /** UUIDv7. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  at!: Date;

  @Column(() => ActorColumns, { prefix: false })
  actor!: ActorColumns;

  @Column('text')
  action!: string;

  @Column('text')
  target!: string;

  @Column('text')
  outcome!: 'DONE' | 'REFUSED';

  /** The error code of a refusal. */
  @Column('text', { nullable: true })
  code!: string | null;

  @Column('jsonb', { nullable: true })
  request!: unknown;

  @Column('jsonb', { nullable: true })
  before!: unknown;

  @Column('jsonb', { nullable: true })
  after!: unknown;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;

  @Column('text', { name: 'trace_id', nullable: true })
  traceId!: string | null;
}
