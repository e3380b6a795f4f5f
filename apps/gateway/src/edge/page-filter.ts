import { pageRequest } from '@doorbuster/contracts';
import { z } from 'zod';

export const pageFilter = z.strictObject(pageRequest);
export type PageFilter = z.infer<typeof pageFilter>;
