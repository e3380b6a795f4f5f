import { accept, refuse, type ChangeSaleBody, type Reply } from '@doorbuster/contracts';
import type { SaleRecord } from './sale.js';

/** Price and start are fixed once the sale has started; nothing of it changes once it is over. */
export function decideSaleChange(sale: SaleRecord, changes: ChangeSaleBody, now: Date): Reply<SaleRecord> {
  if (sale.status === 'REJECTED' || sale.status === 'ENDED' || sale.endsAt <= now) {
    return refuse('SALE_ENDED', `The sale is ${sale.status}, and nothing of it can be changed.`);
  }
  const isStarted = sale.status === 'OPEN' || sale.startsAt <= now;
  if (isStarted && (changes.price !== undefined || changes.startsAt !== undefined)) {
    return refuse('SALE_STARTED', 'The sale has started; price and startsAt stay as they are.');
  }
  if (changes.price !== undefined && changes.price.currency !== sale.price.currency) {
    return refuse('CURRENCY_MISMATCH', `The product is sold in ${sale.price.currency}.`);
  }
  const changed: SaleRecord = {
    ...sale,
    price: changes.price ?? sale.price,
    startsAt: changes.startsAt === undefined ? sale.startsAt : new Date(changes.startsAt),
    endsAt: changes.endsAt === undefined ? sale.endsAt : new Date(changes.endsAt),
    limitPerCustomer: changes.limitPerCustomer ?? sale.limitPerCustomer,
  };
  // An end that has passed ends the sale now, also one that has not started.
  if (changed.endsAt > now && changed.endsAt <= changed.startsAt) {
    return refuse('VALIDATION_FAILED', 'endsAt: must be later than startsAt');
  }
  return accept(changed);
}
