import { Column } from 'typeorm';

/** A price in an entity: minor units and ISO 4217 code, in two columns. */
export class PriceColumns {
  @Column('bigint', { name: 'price_amount' })
  amount!: number;

  @Column('text', { name: 'price_currency' })
  currency!: string;
}
