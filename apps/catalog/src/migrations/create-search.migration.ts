import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Characters between words, as in `products/domain/search-text.ts`. */
const SEPARATORS = String.raw`\u0001-/:-@\[-\u0060{-\u00bf\u2000-\u2bff\u3000-\u3020`;
const WORD = `[^${SEPARATORS}]`;

/** PostgreSQL parses these bodies once, so they do not depend on the search path of the role that writes a product. */
const FUNCTIONS = [
  // Lower case, without accents and apostrophes: "Café" is "cafe", "Men's" is "men".
  `search_fold(value text) returns text immutable strict parallel safe return
     regexp_replace(
       replace(replace(replace(
         translate(
           lower(regexp_replace(normalize(value, NFD), '[\\u0300-\\u036f]', '', 'g') collate pg_c_utf8),
           'øłđı‐‑', 'oldi--'),
         'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
       '[''’](s(?!${WORD}))?', '', 'g')`,
  `search_words(folded text) returns text[] immutable strict parallel safe return
     array_remove(regexp_split_to_array(folded, '[${SEPARATORS}]+'), '')`,
  // "t-shirt" and "t shirt" become "tshirt".
  `search_join_compounds(folded text) returns text immutable strict parallel safe return
     regexp_replace(
       regexp_replace(folded, '(?<=${WORD})-(?=${WORD})', '', 'g'), '(?<!${WORD})(${WORD}) (?=${WORD})', '\\1', 'g')`,
  `search_compounds(folded text) returns text[] immutable strict parallel safe return
     array(select unnest(search_words(search_join_compounds(folded))) except select unnest(search_words(folded)))`,
  `search_stems(value text) returns tsvector immutable strict parallel safe return
     to_tsvector('english', array_to_string(
       search_words(search_fold(value)) || search_compounds(search_fold(value)), ' '))`,
  `search_document(name text, category text, description text) returns tsvector
     immutable strict parallel safe return
     setweight(search_stems(name), 'A') || setweight(search_stems(category), 'B')
       || setweight(search_stems(description), 'C')`,
  `search_vocabulary(value text) returns text[] immutable strict parallel safe return
     array(
       select distinct term collate "C"
       from unnest(search_words(search_fold(value)) || search_compounds(search_fold(value))) as term
       where length(term) between 2 and 32)`,
  // Symmetric delete: words at an edit distance of 1 have one of these in common, the word itself or without one letter.
  `search_deletions(word text) returns text[] immutable strict parallel safe return
     case when length(word) between 3 and 32 and word !~ '[0-9]'
       then array(select left(word, i - 1) || substr(word, i + 1) from generate_series(1, length(word)) as i) || word
       else '{}' end`,
];

/** A trigger fills the tables, so that a search also finds what the previous release writes. */
export class CreateSearch1768600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const definition of FUNCTIONS) await runner.query(`create function ${definition}`);
    await runner.query(`
      create table product_search (
        sku text collate "C" primary key,
        category text not null,
        stems tsvector not null
      )`);
    await runner.query('create index product_search_by_stems on product_search using gin (stems)');
    await runner.query('create index product_search_by_sku_prefix on product_search (lower(sku))');
    // A word that no product has any more stays: it finds nothing.
    await runner.query(`
      create table search_terms (
        term text collate "C" primary key,
        deletions text[] not null
      )`);
    await runner.query('create index search_terms_by_deletions on search_terms using gin (deletions)');
    await runner.query('create index search_terms_by_trigrams on search_terms using gin (term gin_trgm_ops)');
    // Terms are inserted in one order, so that concurrent writers do not deadlock.
    await runner.query(`
      create function index_product() returns trigger language plpgsql set search_path from current as $$
      begin
        insert into product_search
          values (new.sku, new.category, search_document(new.name, new.category, new.description))
          on conflict (sku) do update set category = excluded.category, stems = excluded.stems;
        insert into search_terms
          select term, search_deletions(term) from unnest(search_vocabulary(new.name || ' / ' || new.category)) as term
          order by term collate "C"
          on conflict do nothing;
        return null;
      end $$`);
    await runner.query(`
      create trigger index_product after insert or update of name, category, description on products
        for each row execute function index_product()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger index_product on products');
    await runner.query('drop table product_search, search_terms');
    await runner.query(
      `drop function index_product, search_document, search_stems, search_compounds, search_join_compounds, search_words,
         search_fold, search_vocabulary, search_deletions`,
    );
  }
}
