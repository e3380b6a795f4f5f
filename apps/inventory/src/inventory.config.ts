import { readConfig } from '@doorbuster/service';
import type { FactoryProvider } from '@nestjs/common';
import { z } from 'zod';

const SECOND_MS = 1_000;

const inventoryConfig = z.object({
  /** Longer than a checkout retries, all its deadlines added up (18 minutes): a live one must not lose its stock. */
  RESERVATION_TTL_SECONDS: z.coerce.number().int().min(1).max(86_400).default(1_800),
});

export const RESERVATION_TTL_MS = Symbol('reservation-ttl-ms');

export const reservationTtl: FactoryProvider<number> = {
  provide: RESERVATION_TTL_MS,
  useFactory: () => readConfig(inventoryConfig).RESERVATION_TTL_SECONDS * SECOND_MS,
};
