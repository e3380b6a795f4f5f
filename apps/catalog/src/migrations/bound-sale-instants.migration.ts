import { INSTANT_MAX, INSTANT_MIN } from '@doorbuster/contracts';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const clamped = (column: string): string =>
  `least(greatest(${column}, timestamptz '${INSTANT_MIN}'), timestamptz '${INSTANT_MAX}')`;
const COLUMNS = ['starts_at', 'ends_at', 'next_action_at'];

/** An earlier release accepted instants that no row can have any more, such as the year 0. They move to the nearest bound. */
export class BoundSaleInstants1768500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      update sales set ${COLUMNS.map((column) => `${column} = ${clamped(column)}`).join(', ')}
      where ${COLUMNS.map((column) => `${column} <> ${clamped(column)}`).join(' or ')}`);
    await runner.query(`
      alter table sales add constraint sales_instants_bounded check (
        starts_at between '${INSTANT_MIN}' and '${INSTANT_MAX}' and ends_at between '${INSTANT_MIN}' and '${INSTANT_MAX}')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table sales drop constraint sales_instants_bounded');
  }
}
