import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AdjustmentEntity } from './adjustment.entity.js';

@Injectable()
export class AdjustmentsRepository {
  find(tx: EntityManager, sku: string, idempotencyKey: string): Promise<AdjustmentEntity | null> {
    return tx.findOneBy(AdjustmentEntity, { sku, idempotencyKey });
  }

  async insert(tx: EntityManager, adjustment: Omit<AdjustmentEntity, 'createdAt'>): Promise<void> {
    await tx.insert(AdjustmentEntity, adjustment);
  }
}
