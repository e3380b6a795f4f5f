import { errors, type Adapter, type AdapterPayload } from 'oidc-provider';
import type { OidcRecords } from './oidc-records.repository.js';

/** Stores what one model of the OpenID Connect provider keeps. */
export class OidcAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly records: OidcRecords,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const { uid, grantId, accountId } = payload;
    await this.records.save({
      model: this.model,
      id,
      payload: withoutSecrets(payload),
      uid,
      grantId,
      accountId,
      expiresInSeconds: expiresIn,
    });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const found = await this.records.find(this.model, id);
    return found && payloadOf(found, id);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const found = await this.records.findByUid(this.model, uid);
    return found && payloadOf(found);
  }

  /** There is no device flow. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  /**
   * The provider has read the record before. A concurrent request may have used it since, with the same code or refresh token.
   *
   * @throws {errors.InvalidGrant} and revokes the grant
   */
  async consume(id: string): Promise<void> {
    if (await this.records.consume(this.model, id)) return;
    await this.records.revokeGrantOf(this.model, id);
    throw new errors.InvalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    await this.records.delete(this.model, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.records.deleteOfGrant(this.model, grantId);
  }
}

/** The id is a secret, and an interaction repeats the id of its session. */
function withoutSecrets({ jti: _, session, ...payload }: AdapterPayload): Record<string, unknown> {
  if (session === undefined) return payload;
  const { cookie: __, ...rest } = session;
  return { ...payload, session: rest };
}

const payloadOf = (
  { payload, consumed }: { payload: Record<string, unknown>; consumed: number | null },
  jti?: string,
): AdapterPayload => ({
  ...payload,
  ...(jti !== undefined && { jti }),
  ...(consumed !== null && { consumed: Math.floor(consumed) }),
});
