import { createIndexConcurrently } from '@doorbuster/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds rejected and cancelled orders without reading the confirmed ones. A confirmed checkout pays nothing for it: its reason
 * stays null, so the update of its status still touches no index. An index on `status` would end that for every order.
 */
export class IndexUndoneOrders1768800100000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndexConcurrently(runner, 'orders_undone', 'on orders (id) where reason is not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index concurrently orders_undone');
  }
}
