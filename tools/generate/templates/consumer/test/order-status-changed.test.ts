import { orderStatusChanged, type DataOf } from '@doorbuster/contracts';
import { eventually } from '@doorbuster/embedded/testing';
import { newEvent } from '@doorbuster/messaging';
import { ServiceUnderTest, startTestServers } from '@doorbuster/service/testing';
import { newTraceparent } from '@doorbuster/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { paymentsSchema } from '../src/payments.schema.js';

const data = {} as DataOf<typeof orderStatusChanged>;
const SUBJECT = 'a-subject';

let service: ServiceUnderTest;
beforeAll(async () => {
  service = new ServiceUnderTest(AppModule, await startTestServers(paymentsSchema));
  await service.addReplica();
});
afterAll(() => service?.stop());

it('keeps the newest data of a subject, also when it is delivered twice', async () => {
  const sent = newEvent(orderStatusChanged, { subject: SUBJECT, data, traceparent: newTraceparent() });
  await service.publish(sent, sent);
  const rows = await eventually(async () => {
    const found = await service.query<{ data: unknown }>(
      'select data from order_status_changed where subject = $1',
      [SUBJECT],
    );
    return found.length > 0 ? found : undefined;
  }, 'the row');
  expect(rows).toEqual([{ data }]);
});
