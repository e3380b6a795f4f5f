import type { Order } from '@doorbuster/contracts';
import type { BuyerRecord, Outcome } from '../buyers/sale-event.js';
import { rejection } from '../buyers/read-answer.js';
import type { FullEvidence, Rule } from './rule.js';

const told = (buyers: readonly BuyerRecord[]) =>
  buyers.flatMap(({ customerId, orders }) => orders.map((order) => ({ customerId, ...order })));

/** Units in all lines of the orders. */
export const unitsOf = (orders: readonly Order[]): number =>
  orders.flatMap(({ lines }) => lines).reduce((units, { quantity }) => units + quantity, 0);

const byId = ({ audit }: FullEvidence): Map<string, Order> =>
  new Map(audit.orders.map((order) => [order.id, order]));

export const everyOrderFinal: Rule = {
  promise: 'Every accepted order is kept and becomes final',
  kept: ({ audit }) => `${audit.orders.length} orders, all final`,
  breaches(evidence) {
    const kept = byId(evidence);
    const pending = evidence.audit.orders.filter(({ status }) => status === 'PENDING');
    const lost = told(evidence.buyers).filter(({ id }) => !kept.has(id));
    return [
      ...pending.map(({ id }) => `order ${id} is still PENDING`),
      ...lost.map(({ id, customerId }) => `order ${id} of ${customerId} was accepted, and is not there`),
    ];
  },
};

/** Number of the promise in docs/architecture.md. */
const MONEY = 2;

const confirmedByCustomer = ({ audit }: FullEvidence): Map<string, Order[]> =>
  Map.groupBy(
    audit.orders.filter(({ status }) => status === 'CONFIRMED'),
    ({ customerId }) => customerId,
  );

export const chargedOnce: Rule = {
  promise: 'Nobody pays twice, and no declined card pays',
  kept: (evidence) => `${confirmedByCustomer(evidence).size} customers pay, each for what they wanted`,
  breaches(evidence) {
    const confirmed = confirmedByCustomer(evidence);
    const ofBuyers = evidence.buyers.flatMap(({ customerId, hasGoodCard, wanted }) => {
      const orders = confirmed.get(customerId)?.length ?? 0;
      if (orders > wanted) return [`${customerId} pays for ${orders} orders and wanted ${wanted}`];
      return orders > 0 && !hasGoodCard ? [`${customerId} pays with a card that is declined`] : [];
    });
    const ofMoney = (evidence.audit.invariants?.breaches ?? []).filter(({ promise }) => promise === MONEY);
    return [...ofBuyers, ...ofMoney.map(({ subject, breach }) => `${subject}: ${breach}`)];
  },
};

export const limitHeld: Rule = {
  promise: 'Nobody buys more than the limit, and nobody less because of it',
  kept: ({ limit, buyers }) =>
    `at most ${limit} each; ${buyers.filter(({ wanted }) => wanted > limit).length} came for more`,
  breaches(evidence) {
    const { limit, buyers } = evidence;
    const over = [...confirmedByCustomer(evidence)]
      .map(([customerId, orders]) => ({ customerId, units: unitsOf(orders) }))
      .filter(({ units }) => units > limit);
    const wronged = buyers.filter(({ outcome }) => outcome === 'LIMITED');
    return [
      ...over.map(({ customerId, units }) => `${customerId} bought ${units}, and ${limit} is the limit`),
      ...wronged.map(({ customerId }) => `${customerId} was refused for the limit, and has bought nothing`),
    ];
  },
};

/** The outcome that the buyer of such an order must be told. */
export function outcomeOfOrder({ status, reason }: Order): Outcome {
  switch (status) {
    case 'CONFIRMED':
      return 'BOUGHT';
    case 'REJECTED':
      return rejection(reason);
    case 'CANCELLED':
      return 'REJECTED';
    case 'PENDING':
      return 'UNFINISHED';
  }
}

export const toldTheTruth: Rule = {
  promise: 'Every buyer was told what became of the order',
  kept: ({ buyers }) => `${told(buyers).length} orders that buyers know of`,
  breaches(evidence) {
    const kept = byId(evidence);
    return told(evidence.buyers).flatMap(({ id, outcome }) => {
      const order = kept.get(id);
      if (order === undefined || outcome === outcomeOfOrder(order)) return [];
      if (outcome === 'UNFINISHED') return [`order ${id} is ${order.status}, and its buyer waited in vain`];
      return [`order ${id} is ${order.status}, and its buyer was told ${outcome}`];
    });
  },
};

export const withinContract: Rule = {
  promise: 'Every answer is one that the contract knows',
  kept: () => 'no surprises',
  breaches: ({ buyers }) =>
    buyers
      .filter(({ outcome }) => outcome === 'REFUSED')
      .map(({ customerId, reason }) => `${customerId} was answered ${reason}`),
};

export const invariantsHold: Rule = {
  promise: 'All invariants hold over all schemas',
  kept: ({ audit }) =>
    audit.invariants === undefined
      ? 'not looked at: the database of a deployment is out of reach'
      : `checked over ${audit.invariants.orders} orders`,
  breaches: ({ audit }) =>
    [...(audit.invariants?.breaches ?? []), ...(audit.invariants?.inFlight ?? [])].map(
      ({ promise, subject, breach }) => `promise ${promise}, ${subject}: ${breach}`,
    ),
};
