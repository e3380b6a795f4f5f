import { orderId, saleId, sku, type ErrorCode } from '@doorbuster/contracts';
import type { PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { ProblemException } from '../problem/problem.exception.js';

/** A path with an id that cannot exist is a path to nothing: 404, and nobody is asked. */
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
export const SAGA_ID = new PathParam(uuid, 'SAGA_NOT_FOUND', 'saga');
export const DEAD_LETTER_ID = new PathParam(uuid, 'DEAD_LETTER_NOT_FOUND', 'dead letter');
export const SALE_ID = new PathParam(saleId.toLowerCase(), 'SALE_NOT_FOUND', 'sale');
export const SKU = new PathParam(sku, 'PRODUCT_NOT_FOUND', 'product');
