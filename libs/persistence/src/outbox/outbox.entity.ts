import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A message that is committed, and not yet deleted after its publication. */
@Entity('outbox')
export class OutboxEntity {
  /** UUIDv7, and the `Nats-Msg-Id` of each publication. */
  @PrimaryColumn('uuid')
  id!: string;

  /** The NATS subject. */
  @Column('text')
  subject!: string;

  @Column('text')
  payload!: string;

  @Column('text')
  traceparent!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
