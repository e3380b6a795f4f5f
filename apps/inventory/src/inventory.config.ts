import { configOf, wholeNumber } from '@doorbuster/service';
import { z } from 'zod';

const SECOND_MS = 1_000;

export class InventoryConfig extends configOf(
  z
    .object({
      /** Longer than all deadlines of a checkout together (18 minutes), so that a running checkout keeps its stock. */
      RESERVATION_TTL_SECONDS: wholeNumber(1, 86_400).default(1_800),
    })
    .transform(({ RESERVATION_TTL_SECONDS }) => ({ reservationTtlMs: RESERVATION_TTL_SECONDS * SECOND_MS })),
) {}
