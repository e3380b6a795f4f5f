import { DATABASE_NOW } from '@doorbuster/persistence';
import { LOGGER, PollingJob } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { In, DataSource, type EntityManager } from 'typeorm';
import { IdentityConfig, SESSION_SECONDS } from '../identity.config.js';
import { planKeys, signingKeyAt, type KeyTerms, type KeyTime } from './key-schedule.js';
import { KeyVault } from './key-vault.js';
import { SigningKeyEntity } from './signing-key.entity.js';

export const SIGNING_ALGORITHM = 'ES256';
/** Longer than the gateway and others cache the key set. */
const LEAD_MS_MAX = 5 * 60_000;
const POLL_MS_MAX = 10_000;
/** Any number that no other advisory lock of this schema has. */
const ROTATION_LOCK = 7_430_017;

interface PrivateKey extends KeyTime {
  jwk: JWK;
}

/** The private keys of the key set; the one that signs comes first. */
export type KeySet = readonly JWK[];

/**
 * The keys that sign tokens, from the database, so that all replicas have the same. Each replica makes the next key when it is
 * due, under a lock. A new key is published before it signs, and an old one until its last token has expired.
 */
@Injectable()
export class SigningKeys implements BeforeApplicationShutdown {
  private keys: PrivateKey[] = [];
  private current: KeySet = [];
  private onChange: ((keys: KeySet) => void) | undefined;
  private readonly job: PollingJob;
  private readonly terms: KeyTerms;

  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: KeyVault,
    config: IdentityConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const periodMs = config.SIGNING_KEY_PERIOD_SECONDS * 1_000;
    const intervalMs = Math.min(POLL_MS_MAX, Math.ceil(periodMs / 20));
    this.terms = {
      periodMs,
      leadMs: Math.min(LEAD_MS_MAX, Math.ceil(periodMs / 4)),
      // A replica that missed two checks still signs with the old key. To log out, a browser shows its last ID token, which may
      // have expired: the key stays for as long as a session.
      overlapMs:
        config.ACCESS_TOKEN_SECONDS * 1_000 + 2 * intervalMs + Math.min(SESSION_SECONDS * 1_000, periodMs),
    };
    const sweep = async (): Promise<boolean> => {
      await this.refresh();
      return false;
    };
    this.job = new PollingJob({ what: 'signing keys', intervalMs, sweep, logger });
  }

  /** Loads the keys, and makes the first one. @param onChange is called now and after each change */
  async start(onChange: (keys: KeySet) => void): Promise<void> {
    this.onChange = onChange;
    await this.refresh();
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  private async refresh(): Promise<void> {
    const { rows, now } = await this.dataSource.transaction((tx) => this.rotate(tx));
    const known = new Map(this.keys.map((key) => [key.kid, key]));
    this.keys = rows.map(({ kid, signsFrom, encryptedKey }) => ({
      kid,
      signsFrom: signsFrom.getTime(),
      jwk: known.get(kid)?.jwk ?? (JSON.parse(this.vault.decrypt(kid, encryptedKey)) as JWK),
    }));
    const signing = signingKeyAt(this.keys, now);
    const others = this.keys.filter((key) => key !== signing);
    const next = [...(signing ? [signing] : []), ...others].map(({ jwk }) => jwk);
    if (kidsOf(next) === kidsOf(this.current)) return;
    this.current = next;
    this.onChange?.(next);
  }

  /** Makes the next key if it is due, and deletes expired ones. The lock is tried only when there is something to do. */
  private async rotate(tx: EntityManager): Promise<{ rows: SigningKeyEntity[]; now: number }> {
    const state = await this.load(tx);
    const due = planKeys(state.times, state.now, this.terms);
    if (due.nextSignsFrom === undefined && due.expired.length === 0) return state;
    await tx.query('select pg_advisory_xact_lock($1)', [ROTATION_LOCK]);
    const locked = await this.load(tx);
    const { nextSignsFrom, expired } = planKeys(locked.times, locked.now, this.terms);
    if (expired.length > 0) await tx.delete(SigningKeyEntity, { kid: In(expired) });
    if (nextSignsFrom !== undefined) await this.makeKey(tx, new Date(nextSignsFrom));
    return this.load(tx);
  }

  private async load(tx: EntityManager) {
    const rows = await tx.find(SigningKeyEntity, { order: { signsFrom: 'asc' } });
    const [clock]: { now: number }[] = await tx.query(`select ${DATABASE_NOW} as now`);
    const times = rows.map(({ kid, signsFrom }) => ({ kid, signsFrom: signsFrom.getTime() }));
    return { rows, times, now: clock?.now ?? 0 };
  }

  private async makeKey(tx: EntityManager, signsFrom: Date): Promise<void> {
    const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const jwk = await exportJWK(privateKey);
    const kid = await calculateJwkThumbprint(jwk);
    const text = JSON.stringify({ ...jwk, kid, alg: SIGNING_ALGORITHM, use: 'sig' });
    const encryptedKey = this.vault.encrypt(kid, text);
    await tx.insert(SigningKeyEntity, { kid, encryptedKey, signsFrom });
    this.logger.info({ kid, signsFrom: signsFrom.toISOString() }, 'new signing key');
  }
}

const kidsOf = (keys: KeySet): string => keys.map(({ kid }) => kid).join();
