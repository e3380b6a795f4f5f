import {
  accept,
  changeRole,
  deleteAccount,
  findAccounts,
  type Account,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Accounts } from './accounts.service.js';

@Controller()
export class AccountsRpcController {
  constructor(private readonly accounts: Accounts) {}

  @Rpc(findAccounts)
  async find(@Payload() { email }: RequestOf<typeof findAccounts>): Promise<Reply<Account[]>> {
    const found = await this.accounts.findByEmail(email);
    return accept(found ? [found] : []);
  }

  @Rpc(changeRole)
  changeRole(
    @Payload() { actor, commitBy, id, role }: RequestOf<typeof changeRole>,
  ): Promise<Reply<Account>> {
    return this.accounts.changeRole(actor, id, role, commitBy);
  }

  @Rpc(deleteAccount)
  delete(
    @Payload() { actor, commitBy, id }: RequestOf<typeof deleteAccount>,
  ): Promise<Reply<{ id: string }>> {
    return this.accounts.delete(actor, id, commitBy);
  }
}
