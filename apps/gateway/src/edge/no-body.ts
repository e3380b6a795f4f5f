import { z } from 'zod';

/** For calls that say all in their path. Clients that must send JSON may send `{}`. */
export const noBody = z.strictObject({}).nullish();
export type NoBody = z.infer<typeof noBody>;
