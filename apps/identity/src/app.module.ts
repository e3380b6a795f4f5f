import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { AccountsModule } from './accounts/accounts.module.js';
import { HttpModule } from './http/http.module.js';
import { identitySchema } from './identity.schema.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('identity'),
    MessagingModule,
    PersistenceModule.forRoot(identitySchema),
    HealthModule.forRoot('identity'),
    OperationsModule.forRoot('identity'),
    AccountsModule,
    HttpModule,
  ],
})
export class AppModule {}
