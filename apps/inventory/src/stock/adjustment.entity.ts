import type { Reply, StockLevels } from '@doorbuster/contracts';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A requested adjustment and the reply to it, which may be a refusal. */
@Entity('adjustments')
export class AdjustmentEntity {
  @PrimaryColumn('text')
  sku!: string;

  @PrimaryColumn('text', { name: 'idempotency_key' })
  idempotencyKey!: string;

  @Column('int')
  delta!: number;

  @Column('text')
  reason!: string;

  @Column('jsonb')
  answer!: Reply<StockLevels>;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
