import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A part of a file that is being uploaded. */
@Entity('image_upload_parts')
export class ImageUploadPartEntity {
  @PrimaryColumn('uuid', { name: 'upload_id' })
  uploadId!: string;

  @PrimaryColumn('int')
  index!: number;

  @Column('bytea')
  content!: Buffer;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
