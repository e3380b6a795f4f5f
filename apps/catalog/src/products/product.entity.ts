import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';
import type { ImageRecord } from '../images/domain/image.js';
import { PriceColumns } from '../price.columns.js';
import type { ProductRecord } from './domain/product.js';

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

  @Column('jsonb')
  images!: ImageRecord[];

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;

  /** Words of name, category and description. The database generates it; only the previous release reads it. */
  @Column({ type: 'tsvector', select: false, insert: false, update: false })
  search?: string;
}
