import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An earlier release let a SKU receive more than an `int` holds, over its sales and ordinary stock: its units could never
 * return from a sale. Sums of such rows fit a `bigint`, and the check keeps them exact in JavaScript. New stock is bounded
 * where it is received, not here: the units of an old row beyond that bound have to be able to move.
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
