import { isUtf8 } from 'node:buffer';
import { idempotencyKey, orderId, saleId, sku, type ErrorCode, type FieldError } from '@doorbuster/contracts';
import {
  createParamDecorator,
  Injectable,
  StandardSchemaValidationPipe,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findJsonError } from './json-syntax.js';
import { invalidFields, ProblemException } from '../problem/problem.exception.js';

const PARAMETER = /;\s*([^=;\s]+)\s*=\s*("[^"]*"|[^;\s]*)/g;
/** ASCII is a subset of UTF-8. */
const CHARSETS = ['utf-8', 'utf8', 'us-ascii'];

/** Whether a `Content-Type` is JSON in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  // What almost all clients send.
  if (contentType === 'application/json') return true;
  const [mediaType = ''] = (contentType ?? '').split(';', 1);
  if (mediaType.trim().toLowerCase() !== 'application/json') return false;
  return [...(contentType ?? '').matchAll(PARAMETER)].every(
    ([, name, value = '']) =>
      name?.toLowerCase() !== 'charset' || CHARSETS.includes(value.replaceAll('"', '').toLowerCase()),
  );
}

/** Accepts bodies of JSON in UTF-8 only. An empty body counts as absent; a route that needs one requires it by its schema. */
export function parseOnlyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    if (!isJson(request.headers['content-type'])) {
      return done(
        new ProblemException(
          'UNSUPPORTED_MEDIA_TYPE',
          'Send the body in UTF-8, with Content-Type: application/json.',
        ),
      );
    }
    if (!isUtf8(body))
      return done(new ProblemException('MALFORMED_JSON', 'The body is not UTF-8. Encode it as UTF-8.'));
    const text = body.toString('utf8');
    void parse(request, text, (error, value) => {
      if (error) done(malformed(text, error));
      else done(null, value);
    });
  });
}

function malformed(text: string, cause: unknown): ProblemException {
  const error = findJsonError(text);
  const detail = error
    ? `The body is not JSON: line ${error.line}, column ${error.column} must have ${error.expected}, and has ${error.found}.`
    : 'The body has a property `__proto__` or `constructor.prototype`. Leave it out.';
  return new ProblemException('MALFORMED_JSON', detail, { cause });
}

/** A body of 64 KiB may have thousands of errors. Beyond this number the answer has only their count. */
const FIELD_ERRORS_MAX = 500;

type Issue = Parameters<
  NonNullable<ConstructorParameters<typeof StandardSchemaValidationPipe>[0]>['exceptionFactory'] & {}
>[0][number];

/** Parses parameters that have a schema (`@Body({ schema })`), and lists every invalid field. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: invalid });
  }

  /** The body parser has refused these keys already. Removing others would hide unknown fields. */
  protected override stripProtoKeys(): void {}
}

function invalid(issues: readonly Issue[]): ProblemException {
  const errors = issues.flatMap(fieldErrors);
  const more = errors.length - FIELD_ERRORS_MAX;
  if (more > 0) errors.splice(FIELD_ERRORS_MAX, more, { path: '', message: `and ${more} more` });
  return invalidFields(errors);
}

function fieldErrors(issue: Issue): FieldError[] {
  const path = (issue.path ?? []).map((segment) =>
    String(typeof segment === 'object' ? segment.key : segment),
  );
  // Zod reports all unknown keys of an object in one issue.
  if ('keys' in issue && Array.isArray(issue.keys)) {
    return issue.keys.map((key) => ({ path: [...path, String(key)].join('.'), message: 'unknown field' }));
  }
  return [{ path: path.join('.'), message: issue.message }];
}

/**
 * The value as its schema parses it, as {@link ValidationPipe} does.
 * @throws {ProblemException} VALIDATION_FAILED with every invalid field
 */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid(result.error.issues);
}

export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string =>
  idempotencyKeyOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The `Idempotency-Key` header, required. Node joins repeated headers with a comma and a space, which no key contains. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string {
  const header = headers['idempotency-key'];
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
}

/** Answers 404 for an id that cannot exist, without an RPC. */
class PathParam implements PipeTransform<string, string> {
  constructor(
    private readonly schema: z.ZodType<string>,
    private readonly code: ErrorCode,
    private readonly noun: string,
  ) {}

  transform(value: string): string {
    const result = this.schema.safeParse(value);
    if (result.success) return result.data;
    throw new ProblemException(this.code, `There is no such ${this.noun}.`);
  }
}

const uuid = z.uuid().toLowerCase();

export const ORDER_ID = new PathParam(orderId.toLowerCase(), 'ORDER_NOT_FOUND', 'order');
export const ACCOUNT_ID = new PathParam(uuid, 'ACCOUNT_NOT_FOUND', 'account');
export const SAGA_ID = new PathParam(uuid, 'SAGA_NOT_FOUND', 'saga');
export const DEAD_LETTER_ID = new PathParam(uuid, 'DEAD_LETTER_NOT_FOUND', 'dead letter');
export const SALE_ID = new PathParam(saleId.toLowerCase(), 'SALE_NOT_FOUND', 'sale');
export const SKU = new PathParam(sku, 'PRODUCT_NOT_FOUND', 'product');
/** Of a line of the cart, whose unknown SKUs are refused with the same code. */
export const CART_SKU = new PathParam(sku, 'UNKNOWN_SKU', 'product');

/** For requests without a body. Clients that must send JSON may send `{}`. */
export const noBody = z.strictObject({}).nullish();
export type NoBody = z.infer<typeof noBody>;
