import { listAuditOf, SERVICES, type AuditEntry, type AuditFilter, type Page } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { RpcClient } from '../rpc/rpc-client.js';
import { newestOf } from '../rpc/newest-of.js';

/** Merges the audit logs of the services into one list. */
@Injectable()
export class AuditService {
  constructor(private readonly rpc: RpcClient) {}

  async list({ service, ...filter }: AuditFilter): Promise<Page<AuditEntry>> {
    const services = service === undefined ? SERVICES : [service];
    const pages = await Promise.all(services.map((each) => this.rpc.call(listAuditOf(each), filter)));
    return newestOf(pages, filter.limit);
  }
}
