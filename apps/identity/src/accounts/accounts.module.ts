import { Module } from '@nestjs/common';
import { IdentityConfig } from '../identity.config.js';
import { OidcModule } from '../oidc/oidc.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { AccountsRpcController } from './accounts.rpc-controller.js';
import { Accounts } from './accounts.service.js';
import { FirstOperator } from './first-operator.js';
import { Passwords } from './passwords.js';

@Module({
  imports: [ThrottleModule, OidcModule],
  controllers: [AccountsRpcController],
  providers: [IdentityConfig, Accounts, Passwords, FirstOperator],
  exports: [Accounts],
})
export class AccountsModule {}
