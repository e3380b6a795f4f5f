import { z } from 'zod';
import { facets, product } from '../catalog/products.js';
import { page } from '../values.js';

/** Maximum units for `LOW_STOCK`. */
export const LOW_STOCK_MAX = 10;

export const availability = z
  .object({
    status: z.enum(['IN_STOCK', 'LOW_STOCK', 'SOLD_OUT']).meta({ examples: ['IN_STOCK'] }),
    available: z
      .int()
      .min(0)
      .meta({ examples: [500] }),
  })
  .meta({ id: 'Availability' });
export type Availability = z.infer<typeof availability>;

/** A product in the REST API: catalog's data and inventory's figure. */
export const productView = product
  .extend({
    availability: availability.nullable().meta({ description: 'null while the figure is unknown' }),
  })
  .meta({ id: 'Product' });
export type ProductView = z.infer<typeof productView>;
export const productViews = page(productView)
  .extend({ facets: facets.optional() })
  .meta({ id: 'ProductPage' });
export type ProductPage = z.infer<typeof productViews>;
