import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { IdentityConfig } from '../identity.config.js';
import { KeysModule } from '../keys/keys.module.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { AccountRoutes } from './account-routes.js';
import { IdentityServer } from './identity-server.js';
import { LoginRoutes } from './login-routes.js';

@Module({
  imports: [AccountsModule, KeysModule, OidcModule],
  providers: [IdentityConfig, LoginRoutes, AccountRoutes, IdentityServer],
})
export class HttpModule {}
