import { randomBytes } from 'node:crypto';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { AuthConfig } from '../gateway.config.js';
import { AuthController } from './auth.controller.js';
import { TokenIssuer } from './token-issuer.js';
import { TokenVerifier, tokenVerifier } from '../edge/identity.js';

const SECRET_BYTES = 32;

@Global()
@Module({})
export class AuthModule {
  static forRoot(auth: AuthConfig): DynamicModule {
    const secret =
      auth.kind === 'secret' && auth.secret !== undefined
        ? Buffer.from(auth.secret)
        : randomBytes(SECRET_BYTES);
    const verifier = { provide: TokenVerifier, useValue: tokenVerifier(auth, secret) };
    // Not there at all, rather than refusing: in production nobody hands out tokens here.
    if (auth.kind === 'jwks' || !auth.issuesTokens) {
      return { module: AuthModule, providers: [verifier], exports: [TokenVerifier] };
    }
    const issuer = new TokenIssuer(secret, auth.issuer, auth.audience);
    return {
      module: AuthModule,
      controllers: [AuthController],
      providers: [verifier, { provide: TokenIssuer, useValue: issuer }],
      exports: [TokenVerifier],
    };
  }
}
