import { LOGGER } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { IdentityConfig } from '../identity.config.js';
import { Accounts } from './accounts.service.js';

/** Creates the account that FIRST_OPERATOR_PASSWORD asks for, unless its address has one: roles are given by an account. */
@Injectable()
export class FirstOperator implements OnApplicationBootstrap {
  constructor(
    private readonly accounts: Accounts,
    private readonly config: IdentityConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const {
      FIRST_OPERATOR_EMAIL: email,
      FIRST_OPERATOR_PASSWORD: password,
      FIRST_OPERATOR_ROLE: role,
    } = this.config;
    if (password === undefined) return;
    const accountId = await this.accounts.create({ email, password }, role);
    if (accountId !== undefined) this.logger.info({ accountId, role }, 'the first operator has an account');
  }
}
