import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdentity1767225601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table accounts (
        id uuid primary key,
        email text collate "C" not null unique check (email = lower(email) and length(email) <= 254),
        password_hash text not null,
        role text not null check (role in ('customer', 'operator', 'admin')),
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`);
    await runner.query(`
      create table oidc_records (
        model text collate "C" not null,
        id bytea not null,
        payload jsonb not null,
        uid text collate "C",
        grant_id text collate "C",
        account_id text collate "C",
        consumed_at timestamptz,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        primary key (model, id)
      )`);
    await runner.query('create index oidc_records_by_expiry on oidc_records (expires_at)');
    await runner.query('create index oidc_records_by_uid on oidc_records (uid) where uid is not null');
    await runner.query(
      'create index oidc_records_by_grant on oidc_records (grant_id) where grant_id is not null',
    );
    await runner.query(
      'create index oidc_records_by_account on oidc_records (account_id) where account_id is not null',
    );
    await runner.query(`
      create table login_attempts (
        key bytea primary key,
        attempts int not null,
        resets_at timestamptz not null
      )`);
    await runner.query('create index login_attempts_by_reset on login_attempts (resets_at)');
    await runner.query(`
      create table signing_keys (
        kid text collate "C" primary key,
        encrypted_key bytea not null,
        signs_from timestamptz not null,
        created_at timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table signing_keys, login_attempts, oidc_records, accounts');
  }
}
