import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A rendition of images. Several products may use it. */
@Entity('image_files')
export class ImageFileEntity {
  @PrimaryColumn('text')
  sha256!: string;

  /** `null` when the object store is durable and has it. */
  @Column('bytea', { nullable: true, select: false })
  content!: Buffer | null;

  /** Since when no product uses it; `null` while one does. */
  @Column('timestamptz', { name: 'unused_since', nullable: true })
  unusedSince!: Date | null;
}
