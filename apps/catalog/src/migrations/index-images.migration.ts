import { createIndexConcurrently } from '@doorbuster/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the products that have a file. Products without images are not in it. */
export class IndexImages1769000000002 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndexConcurrently(
      runner,
      'products_by_image',
      `on products using gin (images jsonb_path_ops) where images <> '[]'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index concurrently products_by_image');
  }
}
