import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The stream that has all products and sales. One row at most. */
@Entity('announced_stream')
export class AnnouncedStreamEntity {
  /** Always true. */
  @PrimaryColumn('boolean', { name: 'is_only' })
  isOnly!: boolean;

  /** The creation time of the stream, which identifies it. */
  @Column('text')
  created!: string;
}
