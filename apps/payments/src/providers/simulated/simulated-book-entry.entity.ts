import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An authorisation that was captured, voided or refunded. One that is only held has no entry. */
@Entity('simulated_books')
export class SimulatedBookEntry {
  @PrimaryColumn('text', { name: 'authorisation_key' })
  authorisationKey!: string;

  @Column('text')
  status!: 'captured' | 'voided' | 'refunded';

  /** In minor units; null after a void. */
  @Column('bigint', { nullable: true })
  amount!: number | null;

  /** The key of the capture. A capture with the same key is the same capture. */
  @Column('text', { name: 'capture_key', nullable: true })
  captureKey!: string | null;

  @Column('text', { name: 'refund_key', nullable: true })
  refundKey!: string | null;
}
