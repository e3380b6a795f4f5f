import { configOf } from '@doorbuster/service';
import { z } from 'zod';

const SECOND_MS = 1_000;

export class InventoryConfig extends configOf(
  z
    .object({
      /** Longer than a checkout retries, all its deadlines added up (18 minutes): a live one must not lose its stock. */
      RESERVATION_TTL_SECONDS: z.coerce.number().int().min(1).max(86_400).default(1_800),
    })
    .transform(({ RESERVATION_TTL_SECONDS }) => ({ reservationTtlMs: RESERVATION_TTL_SECONDS * SECOND_MS })),
) {}
