import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The `sale_id` of ordinary stock. It sorts before the id of every sale. */
export const ORDINARY = '00000000-0000-0000-0000-000000000000';

/** A pool: the ordinary stock of a SKU, or the units of one of its sales. */
@Entity('stock')
export class StockEntity {
  @PrimaryColumn('text')
  sku!: string;

  @PrimaryColumn('uuid', { name: 'sale_id', default: ORDINARY })
  saleId!: string;

  @Column('bigint', { default: 0 })
  available!: number;

  @Column('bigint', { default: 0 })
  reserved!: number;

  @Column('bigint', { default: 0 })
  sold!: number;

  @Column('bigint', { default: 0 })
  received!: number;

  @Column('boolean', { name: 'is_open', default: true })
  isOpen!: boolean;
}
