import { z } from 'zod';
import { product } from '../catalog/products.js';
import { page } from '../values.js';

/** So few units and fewer are announced as `LOW_STOCK`. */
export const LOW_STOCK_MAX = 10;

export const availability = z
  .object({ status: z.enum(['IN_STOCK', 'LOW_STOCK', 'SOLD_OUT']), available: z.int().min(0) })
  .meta({ id: 'Availability' });
export type Availability = z.infer<typeof availability>;

/** A product as the public sees it: catalog's facts and inventory's figure. */
export const productView = product
  .extend({
    availability: availability
      .nullable()
      .meta({ description: 'null while nobody knows; a figure is never invented' }),
  })
  .meta({ id: 'Product' });
export type ProductView = z.infer<typeof productView>;
export const productViews = page(productView).meta({ id: 'ProductPage' });
