import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PendingAction, SagaState, SagaTransition } from '../instance.js';

/** One saga instance. The application's migrations create its tables. */
@Entity('sagas')
export class SagaEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') definition!: string;
  @Column('int') version!: number;
  @Column('text') state!: SagaState;
  @Column('int') stage!: number;
  @Column('jsonb') pending!: PendingAction[];
  @Column('jsonb') refused!: string[];
  /** As messages have it, see `parseReason`. */
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('int') sequence!: number;
  @Column('jsonb') data!: unknown;
  @Column('timestamptz', { name: 'next_deadline_at', nullable: true }) nextDeadlineAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}

/** Transitions of one saga that one transaction wrote. The sequence is that of the first. */
@Entity('saga_transitions')
export class SagaTransitionsEntity {
  @PrimaryColumn('uuid', { name: 'saga_id' }) sagaId!: string;
  @PrimaryColumn('int') sequence!: number;
  @Column('timestamptz') at!: Date;
  @Column('json') transitions!: Omit<SagaTransition, 'sagaId'>[];
}
