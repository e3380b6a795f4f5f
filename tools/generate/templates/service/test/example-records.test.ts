import { randomUUID } from 'node:crypto';
import { createExampleRecord, getExampleRecord } from '@doorbuster/contracts';
import { entityMismatches } from '@doorbuster/persistence/testing';
import { ADMIN, ServiceUnderTest, startTestServers, valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { exampleSchema } from '../src/example.schema.js';

let service: ServiceUnderTest;
beforeAll(async () => {
  service = new ServiceUnderTest(AppModule, await startTestServers(exampleSchema));
  await service.addReplica();
});
afterAll(() => service?.stop());

it('a record is created once, with one event, and read', async () => {
  const id = randomUUID();
  const request = { actor: ADMIN, id, text: 'hello' };
  const created = valueOf(await service.call(createExampleRecord, request));
  expect(valueOf(await service.call(createExampleRecord, request))).toEqual(created);
  expect(valueOf(await service.call(getExampleRecord, { id }))).toEqual(created);
  expect(created).toMatchObject({ id, text: 'hello' });
  expect(await service.receive(id, 1)).toMatchObject([{ data: created }]);
});

it('a record that does not exist is refused', async () => {
  const reply = await service.call(getExampleRecord, { id: randomUUID() });
  expect(reply).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
});

it('the entities match the tables after all migrations', async () => {
  const url = service.ownerUrl;
  expect(await entityMismatches({ ...exampleSchema, url })).toEqual([]);
});
