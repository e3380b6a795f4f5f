import {
  accept,
  accountDeleted,
  refuse,
  type Account,
  type Actor,
  type Reply,
  type Role,
} from '@doorbuster/contracts';
import { newEvent } from '@doorbuster/messaging';
import { audited, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { metrics } from '@opentelemetry/api';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { OidcRecords } from '../oidc/oidc-records.repository.js';
import { LoginThrottle } from '../throttle/login-throttle.js';
import { AccountEntity } from './account.entity.js';
import { Passwords } from './passwords.js';

export interface Credentials {
  email: string;
  password: string;
}

export type LoginOutcome =
  | { kind: 'done'; accountId: string }
  /** The same for a wrong password and for an unknown address. */
  | { kind: 'wrong' }
  | { kind: 'throttled'; retryAfterSeconds: number };

export type RegistrationOutcome =
  { kind: 'done'; accountId: string } | { kind: 'taken' } | { kind: 'throttled'; retryAfterSeconds: number };

/** Many wrong or throttled ones are an attack. */
const logins = metrics.getMeter('doorbuster.identity').createCounter('doorbuster.logins', {
  description: 'Attempts to log in, by outcome.',
  unit: '{attempt}',
});

const INSERT = `
  insert into accounts (id, email, password_hash, role) values ($1, $2, $3, $4)
  on conflict (email) do nothing returning id`;

@Injectable()
export class Accounts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly passwords: Passwords,
    private readonly throttle: LoginThrottle,
    private readonly records: OidcRecords,
  ) {}

  /** @throws {PasswordsBusyError} */
  async login(credentials: Credentials, address: string): Promise<LoginOutcome> {
    const outcome = await this.tryLogin(credentials, address);
    logins.add(1, { outcome: outcome.kind });
    return outcome;
  }

  private async tryLogin({ email, password }: Credentials, address: string): Promise<LoginOutcome> {
    const attempt = await this.throttle.login(email, address);
    const { retryAfterSeconds } = attempt;
    if (retryAfterSeconds !== undefined) return { kind: 'throttled', retryAfterSeconds };
    const found = await this.dataSource.manager.findOneBy(AccountEntity, { email });
    if (!(await this.passwords.matches(found?.passwordHash, password)) || !found) return { kind: 'wrong' };
    await attempt.succeeded();
    return { kind: 'done', accountId: found.id };
  }

  /** @throws {PasswordsBusyError} */
  async register(credentials: Credentials, address: string): Promise<RegistrationOutcome> {
    const retryAfterSeconds = await this.throttle.register(address);
    if (retryAfterSeconds !== undefined) return { kind: 'throttled', retryAfterSeconds };
    const accountId = await this.create(credentials, 'customer');
    return accountId === undefined ? { kind: 'taken' } : { kind: 'done', accountId };
  }

  /** @returns `undefined` when the address has an account */
  async create({ email, password }: Credentials, role: Role): Promise<string | undefined> {
    const passwordHash = await this.passwords.hash(password);
    const rows: { id: string }[] = await this.dataSource.query(INSERT, [uuidv7(), email, passwordHash, role]);
    return rows[0]?.id;
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    const found = await this.dataSource.manager.findOneBy(AccountEntity, { email });
    return found ? toAccount(found) : undefined;
  }

  async findById(id: string): Promise<Account | undefined> {
    const found = await this.dataSource.manager.findOneBy(AccountEntity, { id });
    return found ? toAccount(found) : undefined;
  }

  /** What this service knows about a person. */
  async export(id: string): Promise<object | undefined> {
    const account = await this.findById(id);
    if (!account) return undefined;
    const sessions = await this.records.sessionsOf(this.dataSource.manager, id);
    return { account, sessions };
  }

  changeRole(actor: Actor, id: string, role: Role, commitBy: number): Promise<Reply<Account>> {
    const action = { actor, action: 'change-role', target: id, request: { role } };
    const change = async (tx: EntityManager): Promise<Decided<Account>> => {
      const found = await lockAccount(tx, id);
      if (!found) return { result: noAccount(id), events: [] };
      await tx.update(AccountEntity, { id }, { role, updatedAt: () => 'now()' });
      // An entry is kept for ever, and the address is deleted with the account.
      const result = accept({ ...toAccount(found), role });
      return { result, events: [], audit: { before: { role: found.role }, after: { role } } };
    };
    return this.unitOfWork.run(audited(action, change), { commitBy });
  }

  /** Deletes the personal data, sessions and tokens. Access tokens end by themselves, within minutes. */
  delete(actor: Actor, id: string, commitBy?: number): Promise<Reply<{ id: string }>> {
    const action = { actor, action: 'delete-account', target: id };
    const remove = async (tx: EntityManager): Promise<Decided<{ id: string }>> => {
      const found = await lockAccount(tx, id);
      if (!found) return { result: noAccount(id), events: [] };
      await tx.delete(AccountEntity, { id });
      await this.records.deleteOfAccount(tx, id);
      const event = { subject: id, data: { accountId: id }, traceparent: activeTraceparent() };
      return {
        result: accept({ id }),
        events: [newEvent(accountDeleted, event)],
        audit: { isOwnAccount: actor.customerId === id },
      };
    };
    return this.unitOfWork.run(audited(action, remove), { commitBy });
  }
}

const lockAccount = (tx: EntityManager, id: string): Promise<AccountEntity | null> =>
  tx.findOne(AccountEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });

const noAccount = (id: string): Reply<never> => refuse('ACCOUNT_NOT_FOUND', `There is no account ${id}.`);

const toAccount = ({ id, email, role, createdAt }: AccountEntity): Account => ({
  id,
  email,
  role,
  createdAt: createdAt.toISOString(),
});
