import {
  commitStock,
  PermanentError,
  releaseStock,
  reserveStock,
  restockOrder,
  type StockLine,
} from '@doorbuster/contracts';
import { faultPoint } from '@doorbuster/fault-points';
import type { CloudEvent } from '@doorbuster/messaging';
import type { StockCommand } from '../domain/stock-commands.js';

/** @throws {z.ZodError} when the data does not fit the contract */
export function parseCommand({ type, data }: CloudEvent): StockCommand {
  switch (type) {
    case reserveStock.type: {
      const { orderId, lines } = reserveStock.schema.parse(data);
      const held = faultPoint('inventory.oversell') ? [] : lines.map(withSaleAsKey);
      return { kind: 'reserve', orderId: asKey(orderId), lines: held };
    }
    case commitStock.type:
      return { kind: 'commit', orderId: asKey(commitStock.schema.parse(data).orderId) };
    case releaseStock.type:
      return { kind: 'release', orderId: asKey(releaseStock.schema.parse(data).orderId) };
    case restockOrder.type:
      return { kind: 'restock', orderId: asKey(restockOrder.schema.parse(data).orderId) };
    default:
      throw new PermanentError(`${type} is not a command that inventory knows`);
  }
}

/** A UUID may be spelt in capitals; the database gives it back in small letters. */
const asKey = (id: string): string => id.toLowerCase();

const withSaleAsKey = ({ saleId, ...line }: StockLine): StockLine =>
  saleId === undefined ? line : { ...line, saleId: asKey(saleId) };
