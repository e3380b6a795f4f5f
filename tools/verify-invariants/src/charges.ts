import { layoutOf, readTextIfAny } from '@doorbuster/embedded';
import type { Invariant } from './invariant.js';

/**
 * Payments calls the provider before it stores the outcome, so a charge can be ahead of its payment, until the checkout
 * sends its command again.
 */
const IS_AHEAD = `(p.status in ('AUTHORISED', 'VOIDING') and exists (
  select from orders.sagas s where s.id = p.order_id and s.state not in ('COMPLETED', 'COMPENSATED')))`;

export const CHARGED_ONCE: Invariant = {
  promise: 2,
  holds: 'what the provider says it charged is what each order costs, once, and nothing else',
  readsStatement: true,
  sql: `select coalesce(p.order_id::text, reference) as subject,
      format('charged %s by the provider in %s captures, payment %s of %s', sum(c.amount), count(*),
             coalesce(p.status, 'missing'), coalesce(p.amount, 0)) as breach
    from (select charge->>'reference' as reference, (charge->>'amount')::bigint as amount
          from unnest($1::json[]) charge) c
    left join payments.payments p on p.provider_reference = c.reference
    group by c.reference, p.order_id, p.status, p.amount
    having sum(c.amount) is distinct from p.amount
      or not (p.status in ('CAPTURING', 'CAPTURED', 'REFUNDING', 'REFUNDED') or ${IS_AHEAD})`,
};

/** Charges in the books of the simulated card network. Holds have no entry, nor have charges of releases without books. */
export const BOOKS_AGREE: Invariant = {
  promise: 2,
  holds: 'what the card network has captured, let go or given back, the payment of the order says too',
  ifTable: 'payments.simulated_books',
  sql: `select coalesce(p.order_id::text, b.authorisation_key) as subject,
      format('%s at the card network (%s), payment %s of %s', b.status, coalesce(b.amount::text, 'no amount'),
             coalesce(p.status, 'missing'), coalesce(p.amount, 0)) as breach
    from payments.simulated_books b
    left join payments.payments p on p.order_id::text || ':authorise' = b.authorisation_key
    where b.amount is distinct from case b.status when 'voided' then null else p.amount end
      or not coalesce(case b.status
        when 'captured' then p.status in ('CAPTURING', 'CAPTURED', 'REFUNDING') or ${IS_AHEAD}
        when 'voided' then p.status in ('VOIDING', 'VOIDED')
        else p.status in ('REFUNDING', 'REFUNDED') end, false)`,
};

/**
 * The charges in the provider's statement. After a restart the provider may append the same capture again: equal lines are
 * one charge.
 */
export function chargesIn(dataDir: string): string[] {
  const text = readTextIfAny(layoutOf(dataDir).providerStatement);
  return [...new Set(text?.split('\n'))].filter((line) => line !== '');
}
