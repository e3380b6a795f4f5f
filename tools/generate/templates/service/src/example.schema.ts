import type { SchemaDefinition } from '@doorbuster/persistence';
import { CreateExampleRecords1767225601000 } from './migrations/create-example-records.migration.js';
import { ExampleRecordEntity } from './records/example-record.entity.js';

export const exampleSchema: SchemaDefinition = {
  service: 'example',
  migrations: [CreateExampleRecords1767225601000],
  entities: [ExampleRecordEntity],
};
