import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A session, grant, authorization code, refresh token or interaction of the OpenID Connect provider. */
@Entity('oidc_records')
@Index('oidc_records_by_expiry', ['expiresAt'])
export class OidcRecordEntity {
  @PrimaryColumn('text')
  model!: string;

  /** SHA-256 of the id. The id itself is a secret of the browser: a cookie, a code or a token. */
  @PrimaryColumn('bytea')
  id!: Buffer;

  /** Without the id. */
  @Column('jsonb')
  payload!: Record<string, unknown>;

  @Column('text', { nullable: true })
  uid!: string | null;

  @Column('text', { name: 'grant_id', nullable: true })
  grantId!: string | null;

  @Column('text', { name: 'account_id', nullable: true })
  accountId!: string | null;

  /** When a code or a refresh token was used. It works once. */
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
