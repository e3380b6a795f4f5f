import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { SaleAllocation } from './domain/decide-allocations.js';

@Entity('set_asides')
export class SaleAllocationEntity implements SaleAllocation {
  @PrimaryColumn('uuid', { name: 'sale_id' })
  saleId!: string;

  @Column('text', { nullable: true })
  sku!: string | null;

  @Column('text')
  status!: SaleAllocation['status'];

  @Column('text', { nullable: true })
  reason!: SaleAllocation['reason'];

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
