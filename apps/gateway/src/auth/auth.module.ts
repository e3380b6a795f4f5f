import { randomBytes } from 'node:crypto';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TokenVerifier, tokenVerifier } from '../edge/identity.js';
import { secretAuthOf, type AuthConfig } from '../gateway.config.js';
import { AuthController } from './auth.controller.js';
import { TokenIssuer } from './token-issuer.js';

const SECRET_BYTES = 32;

@Global()
@Module({})
export class AuthModule {
  static forRoot(auth: AuthConfig): DynamicModule {
    const own = secretAuthOf(auth);
    const secret = own?.secret === undefined ? randomBytes(SECRET_BYTES) : Buffer.from(own.secret);
    const verifier = { provide: TokenVerifier, useValue: tokenVerifier(auth, secret) };
    // In production there is no route that issues tokens.
    if (!own?.issuesTokens) {
      return { module: AuthModule, providers: [verifier], exports: [TokenVerifier] };
    }
    const issuer = new TokenIssuer(secret, own.issuer, own.audience);
    return {
      module: AuthModule,
      controllers: [AuthController],
      providers: [verifier, { provide: TokenIssuer, useValue: issuer }],
      exports: [TokenVerifier],
    };
  }
}
