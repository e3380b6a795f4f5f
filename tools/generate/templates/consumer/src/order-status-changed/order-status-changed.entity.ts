import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('order_status_changed')
export class PaymentsOrderStatusChangedEntity {
  @PrimaryColumn('text')
  subject!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('jsonb')
  data!: unknown;
}
