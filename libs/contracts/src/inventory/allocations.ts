import { z } from 'zod';
import { command, event } from '../message.js';
import { rpc } from '../rpc.js';
import { INT_MAX, saleId, sku } from '../values.js';

const forSale = z.object({ saleId });

/** Allocates units of ordinary stock to the orders of one sale: all, or none. */
export const setAsideUnits = command(
  'inventory',
  'set-aside-units',
  z.object({ saleId, sku, units: z.int().min(1).max(INT_MAX) }),
);
/** Ends the allocation. Unreserved units return to ordinary stock now, reserved ones when their order releases them. */
export const returnUnits = command('inventory', 'return-units', forSale);

export const unitsSetAside = event('inventory', 'units-set-aside', forSale);
export const unitsRefused = event('inventory', 'units-refused', z.object({ saleId, reason: z.string() }));
export const unitsReturned = event('inventory', 'units-returned', forSale);

/** Units that these sales have left. Sales without an allocation are not in the reply. */
export const getUnitsLeft = rpc(
  'inventory',
  'get-units-left',
  z.object({ saleIds: z.array(saleId).max(100) }),
  z.array(z.object({ saleId, unitsLeft: z.int().min(0) })),
);
