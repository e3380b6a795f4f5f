import { Module } from '@nestjs/common';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { ExpiredRowsJob } from './expired-rows.job.js';
import { OidcRecords } from './oidc-records.repository.js';

@Module({ imports: [ThrottleModule], providers: [OidcRecords, ExpiredRowsJob], exports: [OidcRecords] })
export class OidcModule {}
