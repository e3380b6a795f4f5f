import type { CreateSaleBody, SaleStatus } from '@doorbuster/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { PriceColumns } from '../price.columns.js';
import type { SaleRecord } from './domain/sale.js';

@Entity('sales')
export class SaleEntity implements SaleRecord {
  /** UUIDv7. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('int')
  version!: number;

  @Column('text')
  sku!: string;

  @Column(() => PriceColumns, { prefix: false })
  price!: PriceColumns;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt!: Date;

  @Column('timestamptz', { name: 'ends_at' })
  endsAt!: Date;

  @Column('int')
  units!: number;

  @Column('int', { name: 'limit_per_customer' })
  limitPerCustomer!: number;

  /** The highest limit that the sale has had. `verify-invariants` accepts purchases up to it. */
  @Column('int', { name: 'limit_per_customer_max' })
  limitPerCustomerMax!: number;

  @Column('text')
  status!: SaleStatus;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('boolean', { name: 'is_returned' })
  isReturned!: boolean;

  @Column('int')
  attempts!: number;

  @Column('timestamptz', { name: 'next_action_at', nullable: true })
  nextActionAt!: Date | null;

  @Column('text', { name: 'idempotency_key' })
  idempotencyKey!: string;

  /** The body that created the sale. */
  @Column('jsonb')
  request!: CreateSaleBody;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
