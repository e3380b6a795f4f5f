import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Read model of catalog's prices: orders are priced also while catalog is down. */
@Entity('prices')
export class PriceEntity {
  @PrimaryColumn('text')
  sku!: string;

  @Column('int')
  version!: number;

  /** In minor units. */
  @Column('bigint')
  amount!: number;

  @Column('text')
  currency!: string;
}
