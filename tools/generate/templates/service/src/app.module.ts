import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { exampleSchema } from './example.schema.js';
import { ExampleRecordsRpcController } from './records/example-records.rpc-controller.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('example'),
    MessagingModule,
    PersistenceModule.forRoot(exampleSchema),
    HealthModule.forRoot('example'),
    OperationsModule.forRoot('example'),
  ],
  controllers: [ExampleRecordsRpcController],
})
export class AppModule {}
