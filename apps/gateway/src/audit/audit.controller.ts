import { auditFilter, type AuditEntry, type AuditFilter, type Page } from '@doorbuster/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { Allow } from '../auth/allow.decorator.js';
import { AuditLogs } from './audit.service.js';

@Controller('v1/audit')
@Allow('admin')
export class AuditController {
  constructor(private readonly logs: AuditLogs) {}

  @Get()
  list(@Query({ schema: auditFilter }) filter: AuditFilter): Promise<Page<AuditEntry>> {
    return this.logs.list(filter);
  }
}
