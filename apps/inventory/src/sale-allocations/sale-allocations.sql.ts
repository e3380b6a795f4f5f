const ROWS = 'select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])';

/** SQL, because it locks a batch in key order. */
export const LOCK_ALLOCATIONS = `
  select sale_id as "saleId", sku, status, reason from set_asides
  where sale_id = any($1::uuid[]) order by sale_id for update`;

/** SQL, because it inserts the allocations of a batch in one statement. */
export const INSERT_ALLOCATIONS = `insert into set_asides (sale_id, sku, status, reason) ${ROWS}`;

/** SQL, because one statement updates many allocations to different values. */
export const UPDATE_ALLOCATIONS = `
  update set_asides s set sku = u.sku, status = u.status, reason = u.reason, updated_at = now()
  from (${ROWS}) as u (sale_id, sku, status, reason)
  where s.sale_id = u.sale_id`;
