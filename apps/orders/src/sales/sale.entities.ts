import type { SaleState } from '@doorbuster/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Read model of catalog's sales. */
@Entity('sales')
export class SaleTermsEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('int')
  version!: number;

  @Column('text')
  sku!: string;

  /** Price in minor units. */
  @Column('bigint')
  amount!: number;

  @Column('text')
  currency!: string;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt!: Date;

  @Column('timestamptz', { name: 'ends_at' })
  endsAt!: Date;

  @Column('int', { name: 'limit_per_customer' })
  limitPerCustomer!: number;

  @Column('text')
  status!: SaleState['status'];
}

/** How much a customer has bought in a sale, by all orders that were not undone. */
@Entity('sale_purchases')
export class SalePurchaseEntity {
  @PrimaryColumn('uuid', { name: 'sale_id' })
  saleId!: string;

  @PrimaryColumn('text', { name: 'customer_id' })
  customerId!: string;

  @Column('int')
  quantity!: number;
}
