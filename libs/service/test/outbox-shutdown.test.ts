import { stockReplenished } from '@doorbuster/contracts';
import { startTestEnvironment, type TestEnvironment } from '@doorbuster/embedded/testing';
import { newEvent } from '@doorbuster/messaging';
import { openDatabase, UnitOfWork } from '@doorbuster/persistence';
import { createLogger, newTraceparent } from '@doorbuster/telemetry';
import { Injectable, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ConfigurationModule, HealthModule, MessagingModule, PersistenceModule } from '../src/index.js';
import { environmentOf, migrateSchema, startService } from '../src/testing/index.js';

const COMMITS = 20;
const schema = { service: 'inventory' as const, migrations: [] };

@Injectable()
class LateCommits implements BeforeApplicationShutdown {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async beforeApplicationShutdown(): Promise<void> {
    const commits = Array.from({ length: COMMITS }, (_, i) => {
      const data = { sku: `SKU-${i}`, available: 1 };
      const event = newEvent(stockReplenished, { subject: data.sku, data, traceparent: newTraceparent() });
      return this.unitOfWork.run(async () => ({ result: undefined, events: [event] }));
    });
    await Promise.all(commits);
  }
}

@Module({
  imports: [
    ConfigurationModule.forRoot('inventory'),
    MessagingModule,
    PersistenceModule.forRoot(schema),
    HealthModule.forRoot('inventory'),
  ],
  providers: [LateCommits],
})
class LateCommitsModule {}

let servers: TestEnvironment;
beforeAll(async () => {
  servers = await startTestEnvironment();
  await migrateSchema(schema, servers.migrationUrl('inventory'), 'silent');
});
afterAll(() => servers?.stop());

it('events that are committed during the shutdown are published before the connections close', async () => {
  const logger = createLogger('test', 'silent');
  const warn = vi.spyOn(logger, 'warn');
  const app = await startService(LateCommitsModule, { env: environmentOf('inventory', servers), logger });
  await app.close();
  expect(warn.mock.calls).toEqual([]);
  const dataSource = await openDatabase({ ...schema, url: servers.databaseUrl('inventory') }, logger);
  expect(await dataSource.query('select id from outbox')).toEqual([]);
  await dataSource.destroy();
});
