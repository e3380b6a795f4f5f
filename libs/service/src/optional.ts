import { z } from 'zod';

/** A variable that may be absent. Compose files and shells hand over unset ones as empty text. */
export const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
