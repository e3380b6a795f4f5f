import { z } from 'zod';
import { sale } from '../catalog/sales.js';
import { page } from '../values.js';

/** A sale in the REST API: catalog's terms and inventory's figure. */
export const saleView = sale
  .extend({
    unitsLeft: z
      .int()
      .min(0)
      .nullable()
      .meta({ description: 'null while the figure is unknown', examples: [73] }),
  })
  .meta({ id: 'Sale' });
export type SaleView = z.infer<typeof saleView>;
export const saleViews = page(saleView).meta({ id: 'SalePage' });
