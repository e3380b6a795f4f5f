import { preparedQuery } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Payment } from './domain/payment.js';
import {
  CLAIM_DUE_PAYMENTS,
  FIND_DUE_ORDER_IDS,
  FIND_PAYMENTS,
  FORGET_RECOVERED_STUCK_ITEMS,
  INSERT_PAYMENTS,
  LOCK_PAYMENTS,
  UPDATE_PAYMENTS,
  type PaymentRow,
} from './payments.sql.js';

@Injectable()
export class PaymentsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The payments of these orders now. Another transaction may change them. */
  async find(orderIds: readonly string[]): Promise<Map<string, Payment>> {
    return byOrder(await preparedQuery<PaymentRow>(this.dataSource, FIND_PAYMENTS, [orderIds]));
  }

  /** Locks the payments of these orders. An order without a payment is not in the result. */
  async lock(tx: EntityManager, orderIds: readonly string[]): Promise<Map<string, Payment>> {
    return byOrder(await tx.query<PaymentRow[]>(LOCK_PAYMENTS, [orderIds]));
  }

  /**
   * Inserts the `changed` payments that are not `known`, and updates the others. A unique-key conflict means that another
   * replica has inserted the payment; the transaction then runs again.
   */
  async save(
    tx: EntityManager,
    known: ReadonlyMap<string, Payment>,
    changed: readonly Payment[],
  ): Promise<void> {
    const [added, updated]: [Payment[], Payment[]] = [[], []];
    for (const payment of changed) (known.has(payment.orderId) ? updated : added).push(payment);
    if (added.length > 0) await tx.query(INSERT_PAYMENTS, [JSON.stringify(added.map(toRow))]);
    if (updated.length > 0) await tx.query(UPDATE_PAYMENTS, [JSON.stringify(updated.map(toRow))]);
  }

  /** Leases due payments, or only that of one order. */
  async claimDue(
    tx: EntityManager,
    limit: number,
    leaseMs: number,
    onlyOrderId?: string,
  ): Promise<Payment[]> {
    const parameters = [limit, leaseMs, onlyOrderId ?? null];
    const [rows]: [PaymentRow[], number] = await tx.query(CLAIM_DUE_PAYMENTS, parameters);
    return rows.map(toPayment);
  }

  async dueOrderIds(tx: EntityManager, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(FIND_DUE_ORDER_IDS, [limit]);
    return rows.map(({ id }) => id);
  }

  async forgetRecoveredStuckItems(tx: EntityManager): Promise<void> {
    await tx.query(FORGET_RECOVERED_STUCK_ITEMS);
  }
}

const byOrder = (rows: readonly PaymentRow[]): Map<string, Payment> =>
  new Map(rows.map((row) => [row.orderId, toPayment(row)]));

const toPayment = ({ amount, currency, ...row }: PaymentRow): Payment => ({
  ...row,
  amount: amount === null || currency === null ? null : { amount, currency },
});

const toRow = ({ amount, ...payment }: Payment): PaymentRow => ({
  ...payment,
  amount: amount?.amount ?? null,
  currency: amount?.currency ?? null,
});
