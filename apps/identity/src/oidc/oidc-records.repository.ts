import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { OidcRecordEntity } from './oidc-record.entity.js';

const SELECT = `
  select payload, extract(epoch from consumed_at)::float8 as consumed
  from oidc_records
  where expires_at > now() and `;

/** A new session id replaces the row of the old one, so `created_at` is the time of the log in only by the payload. */
const UPSERT = `
  insert into oidc_records (model, id, payload, uid, grant_id, account_id, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
  on conflict (model, id) do update set
    payload = excluded.payload, uid = excluded.uid, grant_id = excluded.grant_id,
    account_id = excluded.account_id, expires_at = excluded.expires_at`;

/** The database decides which of two concurrent uses is the first. */
const CONSUME = `
  update oidc_records set consumed_at = now()
  where model = $1 and id = $2 and consumed_at is null
  returning 1`;

const DELETE_GRANT = `
  delete from oidc_records
  where grant_id = (select grant_id from oidc_records where model = $1 and id = $2)
     or (model = 'Grant' and id = (
       select sha256(convert_to(grant_id, 'UTF8')) from oidc_records where model = $1 and id = $2))`;

const DELETE_EXPIRED = `
  delete from oidc_records where (model, id) in (
    select model, id from oidc_records where expires_at < now() order by expires_at limit $1 for update skip locked)
  returning 1`;

export interface NewOidcRecord {
  model: string;
  id: string;
  payload: Record<string, unknown>;
  uid: string | undefined;
  grantId: string | undefined;
  accountId: string | undefined;
  expiresInSeconds: number;
}

interface Found {
  payload: Record<string, unknown>;
  consumed: number | null;
}

const keyOf = (id: string): Buffer => createHash('sha256').update(id).digest();

@Injectable()
export class OidcRecords {
  constructor(private readonly dataSource: DataSource) {}

  async save({
    model,
    id,
    payload,
    uid,
    grantId,
    accountId,
    expiresInSeconds,
  }: NewOidcRecord): Promise<void> {
    await this.dataSource.query(UPSERT, [
      model,
      keyOf(id),
      payload,
      uid ?? null,
      grantId ?? null,
      accountId ?? null,
      expiresInSeconds,
    ]);
  }

  async find(model: string, id: string): Promise<Found | undefined> {
    const rows: Found[] = await this.dataSource.query(`${SELECT} model = $1 and id = $2`, [model, keyOf(id)]);
    return rows[0];
  }

  async findByUid(model: string, uid: string): Promise<Found | undefined> {
    const rows: Found[] = await this.dataSource.query(`${SELECT} model = $1 and uid = $2`, [model, uid]);
    return rows[0];
  }

  /** @returns false when it was used before */
  async consume(model: string, id: string): Promise<boolean> {
    const [, count]: [unknown[], number] = await this.dataSource.query(CONSUME, [model, keyOf(id)]);
    return count === 1;
  }

  /** Deletes the grant of this record with all its codes and refresh tokens. */
  async revokeGrantOf(model: string, id: string): Promise<void> {
    await this.dataSource.query(DELETE_GRANT, [model, keyOf(id)]);
  }

  async delete(model: string, id: string): Promise<void> {
    await this.dataSource.manager.delete(OidcRecordEntity, { model, id: keyOf(id) });
  }

  async deleteOfGrant(model: string, grantId: string): Promise<void> {
    await this.dataSource.manager.delete(OidcRecordEntity, { model, grantId });
  }

  /** Ends all sessions and grants of an account. */
  async deleteOfAccount(tx: EntityManager, accountId: string): Promise<void> {
    await tx.delete(OidcRecordEntity, { accountId });
  }

  async sessionsOf(tx: EntityManager, accountId: string): Promise<{ createdAt: Date; expiresAt: Date }[]> {
    return tx.find(OidcRecordEntity, {
      select: { createdAt: true, expiresAt: true },
      where: { model: 'Session', accountId },
      order: { createdAt: 'asc' },
      take: SESSIONS_MAX,
    });
  }

  /** @returns how many were deleted */
  async deleteExpired(limit: number): Promise<number> {
    const [, count]: [unknown[], number] = await this.dataSource.query(DELETE_EXPIRED, [limit]);
    return count;
  }
}

/** In an export of one's data. */
const SESSIONS_MAX = 1_000;
