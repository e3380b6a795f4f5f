import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Products of the previous release have no images; its writes leave them as they are. */
export class AddImages1769000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table products add column images jsonb not null default '[]'`);
    await runner.query(`
      create table image_files (
        sha256 text collate "C" primary key,
        content bytea,
        unused_since timestamptz
      )`);
    // A WebP does not become smaller.
    await runner.query('alter table image_files alter column content set storage external');
    await runner.query(
      'create index image_files_unused on image_files (unused_since) where unused_since is not null',
    );
    await runner.query(`
      create table image_upload_parts (
        upload_id uuid not null,
        index int not null,
        content bytea not null,
        created_at timestamptz not null default now(),
        primary key (upload_id, index)
      )`);
    await runner.query('alter table image_upload_parts alter column content set storage external');
    await runner.query('create index image_upload_parts_by_age on image_upload_parts (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table image_upload_parts, image_files');
    await runner.query('alter table products drop column images');
  }
}
