import { z } from 'zod';
import { command, event } from '../message.js';
import { rpc } from '../rpc.js';
import { INT_MAX, saleId, sku } from '../values.js';

const forSale = z.object({ saleId });

/** Takes units out of ordinary stock and keeps them for the orders of one sale: all of them, or none. */
export const setAsideUnits = command(
  'inventory',
  'set-aside-units',
  z.object({ saleId, sku, units: z.int().min(1).max(INT_MAX) }),
);
/** Ends that: what is left goes back now, what orders still hold as soon as they let go of it. */
export const returnUnits = command('inventory', 'return-units', forSale);

export const unitsSetAside = event('inventory', 'units-set-aside', forSale);
export const unitsRefused = event('inventory', 'units-refused', z.object({ saleId, reason: z.string() }));
export const unitsReturned = event('inventory', 'units-returned', forSale);

/** How many units of these sales are left; a sale that never had any is left out. */
export const getUnitsLeft = rpc(
  'inventory',
  'get-units-left',
  z.object({ saleIds: z.array(saleId).max(100) }),
  z.array(z.object({ saleId, unitsLeft: z.int().min(0) })),
);
