import type { MigrationInterface, QueryRunner } from 'typeorm';

const BATCH_SIZE = 1_000;

/** In order of sku. */
const FILL_PRODUCTS = `
  with batch as (
    select sku, name, category, description from products where sku > $1 order by sku limit ${BATCH_SIZE}
  ), filled as (
    insert into product_search
      select sku, category, search_document(name, category, description) from batch order by sku
      on conflict do nothing
  )
  select max(sku) as last from batch`;

/** In the order of the trigger. */
const FILL_TERMS = `
  insert into search_terms
    select term, search_deletions(term)
    from (
      select distinct unnest(search_vocabulary(name || ' / ' || category)) as term
      from products where sku > $1 and sku <= $2
    ) as terms
    order by term collate "C"
    on conflict do nothing`;

/**
 * Fills the search with the products from before its trigger. Each statement commits, so that a change of a product waits for
 * one batch at most, and none waits for a lock while it has one that the trigger takes later. A row that the trigger wrote is
 * newer and stays. Repeating it changes nothing.
 */
export class FillSearch1768600000001 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (let after = ''; ;) {
      const [batch]: { last: string | null }[] = await runner.query(FILL_PRODUCTS, [after]);
      const last = batch?.last ?? null;
      if (last === null) break;
      await runner.query(FILL_TERMS, [after, last]);
      after = last;
    }
    await runner.query('analyze product_search, search_terms');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('delete from product_search');
    await runner.query('delete from search_terms');
  }
}
