import type { AccessToken, TokenBody } from '@doorbuster/contracts';
import { SignJWT } from 'jose';

const LIFETIME_SECONDS = 3_600;

/** Signs tokens of any customer and role, for development and demonstrations. */
export class TokenIssuer {
  constructor(
    private readonly secret: Uint8Array,
    private readonly issuer: string,
    private readonly audience: string,
  ) {}

  async issue({ customerId, role }: TokenBody): Promise<AccessToken> {
    const accessToken = await new SignJWT({ role })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(customerId)
      .setIssuer(this.issuer)
      .setAudience(this.audience)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(this.secret);
    return { accessToken, tokenType: 'Bearer', expiresIn: LIFETIME_SECONDS };
  }
}
