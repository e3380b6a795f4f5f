import { randomUUID } from 'node:crypto';
import { checkFraud } from '@doorbuster/contracts';
import { nameOf, sagaCommand, ServiceUnderTest, startTestServers } from '@doorbuster/service/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { paymentsSchema } from '../src/payments.schema.js';

let service: ServiceUnderTest;
beforeAll(async () => {
  service = new ServiceUnderTest(AppModule, await startTestServers(paymentsSchema));
  await service.addReplica();
});
afterAll(() => service?.stop());

it('a command that is delivered twice gets the same reply', async () => {
  const orderId = randomUUID();
  const command = sagaCommand(checkFraud, { orderId });
  await service.publish(command, command);
  const replies = await service.receive(orderId, 2);
  expect(replies.map(nameOf)).toEqual(['fraud-checked', 'fraud-checked']);
});
