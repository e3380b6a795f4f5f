import type { StockLine } from '@doorbuster/contracts';
import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { RefusalReason, ReservationStatus } from './domain/reservation.state-machine.js';

@Entity('reservations')
export class ReservationEntity {
  @PrimaryColumn('uuid', { name: 'order_id' })
  orderId!: string;

  @Column('text')
  status!: ReservationStatus;

  @Column('jsonb')
  lines!: StockLine[];

  @Column('text', { nullable: true })
  reason!: RefusalReason | null;

  @Column('text', { name: 'refused_sku', nullable: true })
  refusedSku!: string | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
