import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The cart service is new, and the stream has only the events of the last days. Without this row catalog publishes all products
 * again.
 */
export class RepublishForCart1769200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('delete from announced_stream');
  }

  async down(): Promise<void> {
    // Publishing once more has no effect on those who know the products.
  }
}
