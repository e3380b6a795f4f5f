import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The attempts of one account or network since the window began. */
@Entity('login_attempts')
export class LoginAttemptsEntity {
  /** SHA-256 of what is counted: rows name neither accounts nor addresses. */
  @PrimaryColumn('bytea')
  key!: Buffer;

  @Column('int')
  attempts!: number;

  @Column('timestamptz', { name: 'resets_at' })
  resetsAt!: Date;
}
