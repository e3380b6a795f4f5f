import { createTestDatabase } from '@doorbuster/embedded/testing';
import { Column, Entity, PrimaryColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { expect, it } from 'vitest';
import { entityMismatches } from '../src/testing.js';
import type { SchemaDefinition } from '../src/index.js';

class CreateNotes1767225601000 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> =>
    runner.query(
      `create table notes (id uuid primary key, word varchar(50) not null, tags text[], price numeric(10, 2),
         at timestamptz(3), line int, author text not null);
       create table unmapped (id int)`,
    );
  down = async (): Promise<void> => undefined;
}

@Entity('notes')
class MatchingNote {
  @PrimaryColumn('uuid') id!: string;
  @Column({ length: 50 }) word!: string;
  @Column('text', { array: true, nullable: true }) tags!: string[] | null;
  @Column('numeric', { precision: 10, scale: 2, nullable: true }) price!: string | null;
  @Column({ type: 'timestamptz', precision: 3, nullable: true }) at!: Date | null;
  @Column('int', { nullable: true }) line!: number | null;
  @Column('text') author!: string;
}

@Entity('notes')
class DifferentNote {
  @PrimaryColumn('text') id!: string;
  @PrimaryColumn('varchar', { length: 49 }) word!: string;
  @Column('text', { nullable: true }) tags!: string | null;
  @Column('numeric', { precision: 10, scale: 3, nullable: true }) price!: string | null;
  @Column('timestamptz', { nullable: true }) at!: Date | null;
  @Column('int') line!: number;
  @Column('text') colour!: string;
}

@Entity('unmapped')
class Other {
  @PrimaryColumn('int') id!: number;
}

async function mismatchesOf(entities: SchemaDefinition['entities']): Promise<string[]> {
  const database = await createTestDatabase();
  try {
    return await entityMismatches({
      service: 'inventory',
      migrations: [CreateNotes1767225601000],
      entities,
      url: database.migratorUrl('inventory'),
    });
  } finally {
    await database.drop();
  }
}

it('the entities of the library match its tables, and a table without an entity is reported', async () => {
  expect(await mismatchesOf([MatchingNote])).toEqual(['unmapped.id: table integer, entity none']);
});

it('a difference in type, length, precision, array, nullability, primary key or name is reported', async () => {
  expect(await mismatchesOf([DifferentNote, Other])).toEqual([
    'notes.at: table timestamp(3) with time zone, entity timestamp with time zone',
    'notes.author: table text not null, entity none',
    'notes.colour: table none, entity text not null',
    'notes.id: table uuid not null primary key, entity text not null primary key',
    'notes.line: table integer, entity integer not null',
    'notes.price: table numeric(10,2), entity numeric(10,3)',
    'notes.tags: table text[], entity text',
    'notes.word: table character varying(50) not null, entity character varying(49) not null primary key',
    'unmapped.id: table integer, entity integer not null primary key',
  ]);
});
