import type { MergeCartBody } from '@doorbuster/contracts';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A merge that is done, so that a repeated request does not bring back what was removed since. */
@Entity('cart_merges')
export class CartMergeEntity {
  @PrimaryColumn('text', { name: 'customer_id' })
  customerId!: string;

  @PrimaryColumn('text', { name: 'idempotency_key' })
  idempotencyKey!: string;

  @Column('jsonb')
  items!: MergeCartBody['items'];

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
