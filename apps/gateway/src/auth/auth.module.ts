import { randomBytes } from 'node:crypto';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TokenVerifier, tokenVerifier } from '../edge/identity.js';
import type { AuthConfig } from '../gateway.config.js';
import { AuthController } from './auth.controller.js';
import { TokenIssuer } from './token-issuer.js';

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
    // In production there is no route that issues tokens.
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
