import { Column, Entity, PrimaryColumn } from 'typeorm';

const CLOCK = (): string => 'clock_timestamp()';

/** An item of a polling job that failed and waits for its next attempt. */
@Entity('stuck_items')
export class StuckItemEntity {
  @PrimaryColumn('text')
  job!: string;

  @PrimaryColumn('text', { name: 'item_id' })
  itemId!: string;

  @Column('int', { default: 1 })
  failures!: number;

  @Column('text', { name: 'last_error' })
  error!: string;

  @Column('timestamptz', { name: 'first_failed_at', default: CLOCK })
  firstFailedAt!: Date;

  @Column('timestamptz', { name: 'last_failed_at', default: CLOCK })
  lastFailedAt!: Date;

  @Column('timestamptz', { name: 'next_attempt_at' })
  nextAttemptAt!: Date;
}
