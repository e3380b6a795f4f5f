import type { MigrationInterface, QueryRunner } from 'typeorm';

const BATCH_SIZE = 1_000;

const FILL = `
  with batch as (
    select sku, name, category, description from products where sku > $1 order by sku limit ${BATCH_SIZE}
  ), filled as (
    insert into product_search
      select sku, category, search_document(name, category, description) from batch
      on conflict do nothing
  ), inserted_terms as (
    insert into search_terms
      select term, search_deletions(term)
      from (select distinct unnest(search_vocabulary(name || ' / ' || category)) as term from batch order by 1) as terms
      on conflict do nothing
  )
  select max(sku) as last from batch`;

/**
 * Fills the search with the products from before its trigger. Each batch commits, so that a change of a product waits for one
 * batch at most. A row that the trigger wrote is newer and stays. Repeating it changes nothing.
 */
export class FillSearch1768600000001 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (let after: string | null = ''; after !== null;) {
      const [batch]: { last: string | null }[] = await runner.query(FILL, [after]);
      after = batch?.last ?? null;
    }
    await runner.query('analyze product_search, search_terms');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('delete from product_search');
    await runner.query('delete from search_terms');
  }
}
