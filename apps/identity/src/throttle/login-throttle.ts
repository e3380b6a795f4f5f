import { createHash } from 'node:crypto';
import { networkOf } from '@doorbuster/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const WINDOW_SECONDS = 15 * 60;

/** Attempts in a window. */
const MAX = {
  /** For one account from one network: a person who types a wrong password. */
  accountFromNetwork: 10,
  /** For one account from everywhere. It is higher, so that one network cannot lock another one out. */
  account: 100,
  /** For all accounts from one network, which many people may share. */
  network: 100,
  /** New accounts from one network. */
  registration: 20,
} as const;

/** Counts the attempt before the password is verified, so that concurrent attempts cannot pass together. */
const TAKE = `
  insert into login_attempts as counted (key, attempts, resets_at)
  values ($1, 1, now() + make_interval(secs => $2))
  on conflict (key) do update set
    attempts = case when counted.resets_at <= now() then 1 else least(counted.attempts, 1000000) + 1 end,
    resets_at = case when counted.resets_at <= now() then excluded.resets_at else counted.resets_at end
  returning attempts, extract(epoch from resets_at - now())::float8 as "secondsLeft"`;

const DELETE_EXPIRED = `
  delete from login_attempts where key in (
    select key from login_attempts where resets_at < now() order by resets_at limit $1 for update skip locked)
  returning 1`;

interface Counted {
  key: Buffer;
  max: number;
}

interface TakenRow {
  attempts: number;
  secondsLeft: number;
}

/** An attempt that was counted. */
export interface Attempt {
  /** `undefined` when it may go on. */
  retryAfterSeconds: number | undefined;
  /** For a log in that succeeded: its account starts anew, and its network has one attempt less. */
  succeeded: () => Promise<void>;
}

/** Limits attempts by account and by network. The counts are in the database, so they hold over all replicas. */
@Injectable()
export class LoginThrottle {
  constructor(private readonly dataSource: DataSource) {}

  /** @param email also of an account that does not exist, so that its answers are the same */
  async login(email: string, address: string): Promise<Attempt> {
    const network = networkOf(address);
    const ofAccountFromNetwork = counted(MAX.accountFromNetwork, 'account from network', email, network);
    const ofAccount = counted(MAX.account, 'account', email);
    const ofNetwork = counted(MAX.network, 'network', network);
    return {
      // A refused attempt does not count towards the limits after it: one network would use up those of everyone.
      retryAfterSeconds:
        (await this.take(ofAccountFromNetwork)) ??
        (await this.take(ofNetwork)) ??
        (await this.take(ofAccount)),
      succeeded: async () => {
        const keys = [ofAccountFromNetwork.key, ofAccount.key];
        await this.dataSource.query('delete from login_attempts where key = any($1::bytea[])', [keys]);
        const give = 'update login_attempts set attempts = attempts - 1 where key = $1 and attempts > 0';
        await this.dataSource.query(give, [ofNetwork.key]);
      },
    };
  }

  /** @returns the seconds to wait, or `undefined` when the account may be made */
  register(address: string): Promise<number | undefined> {
    return this.take(counted(MAX.registration, 'registration', networkOf(address)));
  }

  /** @returns how many were deleted */
  async deleteExpired(limit: number): Promise<number> {
    const [, count]: [unknown[], number] = await this.dataSource.query(DELETE_EXPIRED, [limit]);
    return count;
  }

  /** @returns the seconds to wait, or `undefined` when the attempt is within the limit */
  private async take({ key, max }: Counted): Promise<number | undefined> {
    const [row]: TakenRow[] = await this.dataSource.query(TAKE, [key, WINDOW_SECONDS]);
    if (row === undefined || row.attempts <= max) return undefined;
    return Math.max(1, Math.ceil(row.secondsLeft));
  }
}

const counted = (max: number, ...what: string[]): Counted => ({
  key: createHash('sha256').update(what.join('\n')).digest(),
  max,
});
