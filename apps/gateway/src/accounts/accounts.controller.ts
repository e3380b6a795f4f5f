import {
  accountChange,
  accountFilter,
  changeRole,
  deleteAccount,
  findAccounts,
  type Account,
  type AccountChange,
  type AccountFilter,
  type Actor,
  type Page,
} from '@doorbuster/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import { Allow, Caller } from '../edge/identity.js';
import { ACCOUNT_ID } from '../edge/request-input.js';
import { Changes } from '../rpc/changes.js';
import { RpcClient } from '../rpc/rpc-client.js';

/** Accounts for admins. Customers have theirs at `/id/account`. */
@Controller('v1/accounts')
@Allow('admin')
export class AccountsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly changes: Changes,
  ) {}

  @Get()
  async find(@Query({ schema: accountFilter }) filter: AccountFilter): Promise<Page<Account>> {
    return { items: await this.rpc.call(findAccounts, filter), nextCursor: null };
  }

  @Patch(':id')
  change(
    @Caller() actor: Actor,
    @Param('id', ACCOUNT_ID) id: string,
    @Body({ schema: accountChange }) { role }: AccountChange,
  ): Promise<Account> {
    return this.changes.make(changeRole, { actor, id, role });
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@Caller() actor: Actor, @Param('id', ACCOUNT_ID) id: string): Promise<void> {
    await this.changes.make(deleteAccount, { actor, id });
  }
}
