import { configOf, wholeNumber } from '@doorbuster/service';
import { z } from 'zod';

const DAY_SECONDS = 86_400;

export class CartConfig extends configOf(
  z
    .object({
      /** A cart that was not changed for this time is deleted. */
      CART_TTL_SECONDS: wholeNumber(1, 3_650 * DAY_SECONDS).default(90 * DAY_SECONDS),
    })
    .transform(({ CART_TTL_SECONDS }) => ({ cartTtlSeconds: CART_TTL_SECONDS })),
) {}
