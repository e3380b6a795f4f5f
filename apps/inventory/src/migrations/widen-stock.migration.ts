import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An earlier release could receive more than an `int` of one SKU in ordinary stock and sales together, so the units of a
 * sale could not return. A `bigint` holds such a sum, and the check keeps it exact in JavaScript. The limit for newly
 * received stock is not a check, because old rows may exceed it and their units must still move.
 */
export class WidenStock1768500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table stock
        alter available type bigint,
        alter reserved type bigint,
        alter sold type bigint,
        alter received type bigint,
        add constraint stock_received_exact check (received between 0 and ${Number.MAX_SAFE_INTEGER})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table stock
        drop constraint stock_received_exact,
        alter available type int,
        alter reserved type int,
        alter sold type int,
        alter received type int`);
  }
}
