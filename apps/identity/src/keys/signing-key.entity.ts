import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('signing_keys')
export class SigningKeyEntity {
  @PrimaryColumn('text')
  kid!: string;

  /** The private JWK, encrypted by `KeyVault`. */
  @Column('bytea', { name: 'encrypted_key' })
  encryptedKey!: Buffer;

  /** From then on it signs, until the next key does. */
  @Column('timestamptz', { name: 'signs_from' })
  signsFrom!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
