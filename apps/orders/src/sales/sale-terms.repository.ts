import { clampInstant, type SaleState } from '@doorbuster/contracts';
import { upsertNewestVersions } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SaleTerms } from './domain/sale-terms.js';
import { SaleTermsEntity } from './sale.entities.js';
import { FIND_SALES } from './sales.sql.js';

type SaleRow = Omit<SaleTerms, 'startsAt' | 'endsAt'> & Pick<SaleTermsEntity, 'startsAt' | 'endsAt'>;

/** The read model of catalog's sales. */
@Injectable()
export class SaleTermsRepository {
  async find(tx: EntityManager, ids: readonly string[]): Promise<Map<string, SaleTerms>> {
    const rows: SaleRow[] = await tx.query(FIND_SALES, [ids]);
    return new Map(rows.map((row) => [row.id, toTerms(row)]));
  }

  /** Keeps the highest version of each sale. */
  async upsert(tx: EntityManager, sales: readonly SaleState[]): Promise<void> {
    await upsertNewestVersions(tx, SaleTermsEntity, sales.map(toEntity));
  }
}

/** An earlier release of catalog sent instants that PostgreSQL cannot read. */
const toEntity = ({ price, startsAt, endsAt, units: _units, ...sale }: SaleState): SaleTermsEntity => ({
  ...sale,
  ...price,
  startsAt: new Date(clampInstant(startsAt)),
  endsAt: new Date(clampInstant(endsAt)),
});

const toTerms = ({ startsAt, endsAt, ...row }: SaleRow): SaleTerms => ({
  ...row,
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
});
