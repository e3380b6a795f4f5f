import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { PaymentStatus } from './domain/payment.state-machine.js';
import type { Payment } from './domain/payment.js';

/** A row of `payments`. A tombstone has neither amount nor method. */
@Entity('payments')
export class PaymentEntity {
  @PrimaryColumn('uuid', { name: 'order_id' })
  orderId!: string;

  @Column('text')
  status!: PaymentStatus;

  /** In minor units. */
  @Column('bigint', { nullable: true })
  amount!: number | null;

  @Column('text', { nullable: true })
  currency!: string | null;

  @Column('text', { nullable: true })
  method!: string | null;

  @Column('text', { name: 'provider_reference', nullable: true })
  reference!: string | null;

  @Column('bigint', { name: 'captured_amount', default: 0 })
  capturedAmount!: number;

  @Column('bigint', { name: 'refunded_amount', default: 0 })
  refundedAmount!: number;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('int', { default: 0 })
  attempts!: number;

  @Column('boolean', { name: 'is_being_asked', default: false })
  isLeased!: boolean;

  /** Null if there is no current operation. */
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt!: Date | null;

  @Column('jsonb', { name: 'awaiting_reply', default: {} })
  awaiting!: Payment['awaiting'];

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
