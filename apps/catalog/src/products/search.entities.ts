import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a search finds a product by. A trigger writes it. */
@Entity('product_search')
export class ProductSearchEntity {
  @PrimaryColumn('text')
  sku!: string;

  @Column('text')
  category!: string;

  /** Stems of name (weight A), category (B) and description (C), without accents. */
  @Column('tsvector')
  stems!: string;
}

/** A word of a name or category. A trigger writes it. */
@Entity('search_terms')
export class SearchTermEntity {
  @PrimaryColumn('text')
  term!: string;

  /** The word, and the word without each of its letters (symmetric delete). */
  @Column('text', { array: true })
  deletions!: string[];
}
