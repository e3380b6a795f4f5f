import { idempotencyKey } from '@doorbuster/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../problem/problem.exception.js';
import { invalidFields } from '../problem/validation.pipe.js';

/** The `Idempotency-Key` header, required. Node joins several into one with a comma and a space, which no key has. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (header === undefined || header === '') {
    throw new ProblemException(
      'IDEMPOTENCY_KEY_MISSING',
      'Send an Idempotency-Key header: a new one for each new request, the same one when you repeat a request.',
    );
  }
  const result = idempotencyKey.safeParse(header);
  if (result.success) return result.data;
  throw invalidFields([
    {
      path: 'Idempotency-Key',
      message: 'must be one key of 1 to 255 printable ASCII characters without spaces',
    },
  ]);
});
