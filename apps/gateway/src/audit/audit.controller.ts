import { auditFilter, type AuditEntry, type AuditFilter, type Page } from '@doorbuster/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { Allow } from '../edge/identity.js';
import { AuditService } from './audit.service.js';

@Controller('v1/audit')
@Allow('admin')
export class AuditController {
  constructor(private readonly logs: AuditService) {}

  @Get()
  list(@Query({ schema: auditFilter }) filter: AuditFilter): Promise<Page<AuditEntry>> {
    return this.logs.list(filter);
  }
}
