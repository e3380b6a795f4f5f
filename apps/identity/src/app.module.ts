import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { Accounts } from './accounts/accounts.service.js';
import { AccountsRpcController } from './accounts/accounts.rpc-controller.js';
import { FirstOperator } from './accounts/first-operator.js';
import { Passwords } from './accounts/passwords.js';
import { AccountRoutes } from './http/account-routes.js';
import { IdentityServer } from './http/identity-server.js';
import { LoginRoutes } from './http/login-routes.js';
import { IdentityConfig } from './identity.config.js';
import { identitySchema } from './identity.schema.js';
import { KeyVault } from './keys/key-vault.js';
import { SigningKeys } from './keys/signing-keys.js';
import { ExpiredRowsJob } from './oidc/expired-rows.job.js';
import { OidcRecords } from './oidc/oidc-records.repository.js';
import { LoginThrottle } from './throttle/login-throttle.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('identity'),
    MessagingModule,
    PersistenceModule.forRoot(identitySchema),
    HealthModule.forRoot('identity'),
    OperationsModule.forRoot('identity'),
  ],
  controllers: [AccountsRpcController],
  providers: [
    IdentityConfig,
    Accounts,
    Passwords,
    FirstOperator,
    LoginThrottle,
    OidcRecords,
    ExpiredRowsJob,
    KeyVault,
    SigningKeys,
    LoginRoutes,
    AccountRoutes,
    IdentityServer,
  ],
})
export class AppModule {}
