import type { CheckoutLine } from '@doorbuster/contracts';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { CheckoutRequest, CheckoutState } from './domain/checkout.js';

@Entity('checkouts')
export class CheckoutEntity {
  @PrimaryColumn('text', { name: 'customer_id' })
  customerId!: string;

  @PrimaryColumn('text', { name: 'idempotency_key' })
  idempotencyKey!: string;

  @Column('jsonb')
  request!: CheckoutRequest;

  @Column('jsonb')
  lines!: CheckoutLine[];

  @Column('jsonb')
  taken!: CheckoutLine[];

  @Column('text')
  state!: CheckoutState;

  /** Until then, by the clock of the database, other checkouts do not buy its units. */
  @Column('timestamptz', { name: 'holds_until' })
  holdsUntil!: Date;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
