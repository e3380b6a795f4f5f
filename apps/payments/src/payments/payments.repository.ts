import { pluck, preparedQuery } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { operationOf } from './domain/payment.state-machine.js';
import type { Payment } from './domain/payment.js';
import {
  CAPTURE_PAYMENTS,
  CLAIM_DUE_PAYMENTS,
  FIND_DUE_ORDER_IDS,
  FIND_PAYMENTS,
  FORGET_RECOVERED_STUCK_ITEMS,
  INSERT_PAYMENTS,
  INSERT_SETTLED_PAYMENTS,
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
    return byOrder(await preparedQuery<PaymentRow>(tx, LOCK_PAYMENTS, [orderIds]));
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
    const {
      insertSettled = [],
      capture = [],
      insert = [],
      update = [],
    } = Object.groupBy(changed, (payment) => writeOf(known.get(payment.orderId), payment));
    if (insertSettled.length > 0) {
      const rows = insertSettled.map(toRow);
      const columns = SETTLED_COLUMNS.map((column) => pluck(rows, column));
      await preparedQuery(tx, INSERT_SETTLED_PAYMENTS, columns);
    }
    if (capture.length > 0) await preparedQuery(tx, CAPTURE_PAYMENTS, [pluck(capture, 'orderId')]);
    if (insert.length > 0) await preparedQuery(tx, INSERT_PAYMENTS, [JSON.stringify(insert.map(toRow))]);
    if (update.length > 0) await preparedQuery(tx, UPDATE_PAYMENTS, [JSON.stringify(update.map(toRow))]);
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

const SETTLED_COLUMNS = ['orderId', 'status', 'amount', 'currency', 'method', 'reference', 'reason'] as const;

/** The cheapest statement for a change. Both narrow ones are for payments without a current operation, before and after. */
function writeOf(
  before: Payment | undefined,
  { status, awaiting }: Payment,
): 'insertSettled' | 'capture' | 'insert' | 'update' {
  const isSettled = operationOf(status) === undefined && Object.keys(awaiting).length === 0;
  if (!before) return isSettled ? 'insertSettled' : 'insert';
  return isSettled && before.status === 'AUTHORISED' && status === 'CAPTURED' ? 'capture' : 'update';
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
