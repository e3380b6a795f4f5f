import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';
import type { ProductRecord } from './domain/product.js';

class PriceColumns {
  @Column('bigint', { name: 'price_amount' })
  amount!: number;

  @Column('text', { name: 'price_currency' })
  currency!: string;
}

@Entity('products')
export class ProductEntity implements ProductRecord {
  @PrimaryColumn('text')
  sku!: string;

  @VersionColumn()
  version!: number;

  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('text')
  category!: string;

  @Column(() => PriceColumns, { prefix: false })
  price!: PriceColumns;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
