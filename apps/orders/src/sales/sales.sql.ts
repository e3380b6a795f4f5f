/** SQL, because orders in a sale read it for each batch. $1: ids. */
export const FIND_SALES = `select id, sku, jsonb_build_object('amount', amount, 'currency', currency) as price,
         starts_at as "startsAt", ends_at as "endsAt", limit_per_customer as "limitPerCustomer", status
  from sales where id = any($1::uuid[])`;

/** SQL, because it makes rows for first purchases and locks all of them in one statement. $1: sales, $2: customers, in key order. */
export const LOCK_PURCHASES = `insert into sale_purchases (sale_id, customer_id, quantity)
  select sale_id, customer_id, 0 from unnest($1::uuid[], $2::text[]) as p (sale_id, customer_id)
  on conflict (sale_id, customer_id) do update set quantity = sale_purchases.quantity
  returning sale_id as "saleId", customer_id as "customerId", quantity`;

/** SQL, because it adds up a batch in the database. $1: sales, $2: customers, $3: quantities, negative to give back. */
export const ADD_PURCHASES = `update sale_purchases p set quantity = p.quantity + delta.quantity
  from (select sale_id, customer_id, sum(quantity)::int as quantity
        from unnest($1::uuid[], $2::text[], $3::int[]) as d (sale_id, customer_id, quantity) group by 1, 2) delta
  where p.sale_id = delta.sale_id and p.customer_id = delta.customer_id`;
