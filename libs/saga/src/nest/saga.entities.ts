import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PendingAction, SagaState, SagaTransition } from '../instance.js';

/** One saga instance. The application's migrations create its tables. What never changes comes first, see `NarrowSagas`. */
@Entity('sagas')
export class SagaEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('int') version!: number;
  @Column('text') definition!: string;
  @Column('jsonb') data!: unknown;
  @Column('jsonb') refused!: string[];
  /** As messages have it, see `parseReason`. */
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('timestamptz', { name: 'next_deadline_at', nullable: true }) nextDeadlineAt!: Date | null;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
  @Column('int') sequence!: number;
  @Column('int') stage!: number;
  @Column('text') state!: SagaState;
  @Column('jsonb') pending!: PendingAction[];
  /** See `saga-timeline.ts`. */
  @Column('text', { default: '', select: false }) timeline!: string;
}

/**
 * Transitions of one saga that one transaction wrote, where the row of the saga does not have them. The sequence is that of the
 * first.
 */
@Entity('saga_transitions')
export class SagaTransitionsEntity {
  @PrimaryColumn('uuid', { name: 'saga_id' }) sagaId!: string;
  @PrimaryColumn('int') sequence!: number;
  @Column('timestamptz') at!: Date;
  @Column('json') transitions!: Omit<SagaTransition, 'sagaId'>[];
}
