import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

@Entity('example_records')
export class ExampleRecordEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  text!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
