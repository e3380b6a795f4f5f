import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Read model of catalog's products: carts are changed and shown also while catalog is down. */
@Entity('products')
export class CartProductEntity {
  @PrimaryColumn('text')
  sku!: string;

  @Column('int')
  version!: number;

  @Column('text')
  name!: string;

  /** In minor units. */
  @Column('bigint')
  amount!: number;

  @Column('text')
  currency!: string;
}
