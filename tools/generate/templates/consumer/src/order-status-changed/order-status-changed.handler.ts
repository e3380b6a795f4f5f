import { orderStatusChanged } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type EventOf, type IncomingBatch } from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

/** SQL, because an older event, which may arrive late or twice, must not replace a newer one. */
const KEEP_NEWEST = `
  insert into order_status_changed (subject, at, data)
  select distinct on (subject) subject, at, data
  from jsonb_to_recordset($1::jsonb) as read (subject text, at timestamptz, data jsonb)
  order by subject, at desc
  on conflict (subject) do update set at = excluded.at, data = excluded.data
  where order_status_changed.at < excluded.at`;

/** Keeps the newest data of each subject. All events of a batch share a transaction. */
@Controller()
export class PaymentsOrderStatusChangedHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('payments-order-status-changed', [orderStatusChanged])
  handle(@Payload() batch: IncomingBatch<EventOf<typeof orderStatusChanged>>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      const rows = events.map(({ subject, time, data }) => ({ subject, at: time, data }));
      await tx.query(KEEP_NEWEST, [JSON.stringify(rows)]);
      return [];
    });
  }
}
