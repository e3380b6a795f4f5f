import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CartLine } from './domain/cart.js';

@Entity('carts')
export class CartEntity {
  @PrimaryColumn('text', { name: 'customer_id' })
  customerId!: string;

  /** The number of changes. */
  @Column('int')
  version!: number;

  @Column('jsonb')
  lines!: CartLine[];

  /** By the clock of the database. The cart expires some time after it. */
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
