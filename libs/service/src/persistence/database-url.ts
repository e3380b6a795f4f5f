import { tlsProblemOf } from '@doorbuster/persistence';
import { z } from 'zod';
import { optional } from '../configuration/variables.js';

const FORM = 'must be postgres://role:password@host:port/database';

export const databaseUrl = z
  .url({ protocol: /^postgres(ql)?$/, abort: true, error: FORM })
  .superRefine((url, context) => {
    const message = tlsProblemOf(url);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** Path of a PEM file: the authority that signed PostgreSQL's certificate. With it TLS is required and the server verified. */
export const databaseCaFile = optional(z.string());
