import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeAppendOnly } from '../database/migration-steps.js';

/**
 * The actions of admins, in the schema of the service that decides them. A trigger refuses changes of rows for every role,
 * and the run-time role may only insert and select. To delete old rows, a database administrator disables the trigger.
 */
export class CreateAuditLog1768600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_log (
        id uuid primary key,
        at timestamptz not null default clock_timestamp(),
        actor_id text not null,
        actor_role text not null,
        action text not null,
        target text not null,
        outcome text not null check (outcome in ('DONE', 'REFUSED')),
        -- The error code of a refusal.
        code text,
        request jsonb,
        "before" jsonb,
        "after" jsonb,
        address text,
        user_agent text,
        trace_id text,
        check ((outcome = 'REFUSED') = (code is not null))
      )`);
    await runner.query('create index audit_log_by_actor on audit_log (actor_id, id)');
    await runner.query('create index audit_log_by_target on audit_log (target, id)');
    await runner.query(`
      create function refuse_audit_change() returns trigger language plpgsql as $$
        begin raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege'; end $$`);
    await runner.query(`
      create trigger audit_log_is_append_only before update or delete or truncate on audit_log
        for each statement execute function refuse_audit_change()`);
    await makeAppendOnly(runner, 'audit_log');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_log');
    await runner.query('drop function refuse_audit_change()');
  }
}
