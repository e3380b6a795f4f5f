import { commitStock, releaseStock, reserveStock, restockOrder, type StockLine } from '@doorbuster/contracts';
import { faultPoint } from '@doorbuster/fault-points';
import type { EventOf } from '@doorbuster/messaging';
import type { StockCommand } from '../domain/stock-commands.js';

export type StockCommandEvent = EventOf<
  typeof reserveStock | typeof commitStock | typeof releaseStock | typeof restockOrder
>;

export function toCommand({ type, data }: StockCommandEvent): StockCommand {
  const orderId = asKey(data.orderId);
  switch (type) {
    case reserveStock.type:
      return {
        kind: 'reserve',
        orderId,
        lines: faultPoint('inventory.oversell') ? [] : data.lines.map(withSaleAsKey),
      };
    case commitStock.type:
      return { kind: 'commit', orderId };
    case releaseStock.type:
      return { kind: 'release', orderId };
    case restockOrder.type:
      return { kind: 'restock', orderId };
  }
}

/** A UUID may be spelt in capitals; the database returns it in small letters. */
const asKey = (id: string): string => id.toLowerCase();

const withSaleAsKey = ({ saleId, ...line }: StockLine): StockLine =>
  saleId === undefined ? line : { ...line, saleId: asKey(saleId) };
