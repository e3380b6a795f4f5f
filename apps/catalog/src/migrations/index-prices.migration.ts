import { createIndexConcurrently } from '@doorbuster/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For lists in order of price, in both directions, and for their filters. */
export class IndexPrices1769000000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndexConcurrently(
      runner,
      'products_by_price',
      'on products (price_currency, price_amount, sku)',
    );
    await createIndexConcurrently(
      runner,
      'products_by_category_and_price',
      'on products (category, price_currency, price_amount, sku)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index concurrently products_by_price');
    await runner.query('drop index concurrently products_by_category_and_price');
  }
}
