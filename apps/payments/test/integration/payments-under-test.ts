import { randomUUID } from 'node:crypto';
import { authorisePayment } from '@doorbuster/contracts';
import { eventually } from '@doorbuster/embedded/testing';
import type { CloudEvent, OutgoingEvent } from '@doorbuster/messaging';
import { preparedQuery } from '@doorbuster/persistence';
import {
  nameOf,
  sagaCommand,
  ServiceUnderTest,
  startTestServers,
  type TestServers,
} from '@doorbuster/service/testing';
import { AppModule } from '../../src/app.module.js';
import { paymentsSchema } from '../../src/payments.schema.js';
import { PROVIDER_CALL_LIMITS, providerCallLimits } from '../../src/payments/provider-call-limits.js';
import { PAYMENT_PROVIDER, type PaymentProvider } from '../../src/providers/payment-provider.js';
import { SimulatedBooks } from '../../src/providers/simulated/simulated-books.js';
import { SimulatedProvider } from '../../src/providers/simulated/simulated-provider.js';

/** Short enough for tests that wait for a deadline, and long enough for a busy machine. */
const LIMITS = {
  ...providerCallLimits,
  deadlineMs: 400,
  leaseMs: 1_000,
  retryIntervalMs: 50,
  authoriseAttemptsMax: 3,
};

interface PaymentRow {
  status: string;
  captured: number;
  refunded: number;
  attempts: number;
  next_attempt_at: Date | null;
}

/** A reply event: its name, such as `payment-captured`, and its reason if there is one. */
interface ReceivedReply {
  name: string;
  reason?: string;
}

const toReceivedReply = (reply: CloudEvent): ReceivedReply => {
  const { reason } = reply.data as { reason?: string };
  return { name: nameOf(reply), ...(reason !== undefined && { reason }) };
};

export const authorisation = (orderId: string, method = 'pm_card_visa'): OutgoingEvent =>
  sagaCommand(authorisePayment, { orderId, amount: { amount: 1999, currency: 'USD' }, method });

export class PaymentsUnderTest extends ServiceUnderTest {
  /** The charges of all replicas. */
  readonly statement: { reference: string; key: string }[] = [];

  /** The provider of one replica. */
  simulated(): SimulatedProvider {
    return new SimulatedProvider(
      new SimulatedBooks((statement, values) => preparedQuery(this.database, statement, values)),
      (charge) => this.statement.push(charge),
    );
  }

  async startReplica(
    provider: PaymentProvider = this.simulated(),
    limits: Partial<typeof LIMITS> = {},
  ): Promise<void> {
    await this.addReplica([
      [PAYMENT_PROVIDER, provider],
      [PROVIDER_CALL_LIMITS, { ...LIMITS, ...limits }],
    ]);
  }

  async result(command: OutgoingEvent): Promise<ReceivedReply> {
    return toReceivedReply(await this.replyTo(command));
  }

  async run(command: OutgoingEvent): Promise<ReceivedReply> {
    return toReceivedReply(await this.send(command));
  }

  async authorise(method?: string): Promise<{ orderId: string; answer: ReceivedReply }> {
    const orderId = randomUUID();
    return { orderId, answer: await this.run(authorisation(orderId, method)) };
  }

  async row(orderId: string): Promise<PaymentRow | undefined> {
    const rows = await this.query<PaymentRow>(
      `select status, captured_amount as captured, refunded_amount as refunded, attempts, next_attempt_at
       from payments where order_id = $1`,
      [orderId],
    );
    return rows[0];
  }

  status(orderId: string, status: string): Promise<PaymentRow> {
    return eventually(async () => {
      const row = await this.row(orderId);
      return row?.status === status ? row : undefined;
    }, `${orderId} to be ${status}`);
  }

  /** Number of charges and refunds; `undefined` if the payment is only held, or was never authorised. */
  async book(orderId: string): Promise<{ status: string; charges: number; refunds: number } | undefined> {
    const [entry] = await this.query<{ status: string }>(
      'select status from simulated_books where authorisation_key = $1',
      [`${orderId}:authorise`],
    );
    if (!entry) return undefined;
    const keys = this.statement.filter(({ reference }) => reference.endsWith(`/${orderId}:authorise`));
    return {
      status: entry.status,
      charges: new Set(keys.map(({ key }) => key)).size,
      refunds: entry.status === 'refunded' ? 1 : 0,
    };
  }
}

export const startPaymentsServers = (): Promise<TestServers> => startTestServers(paymentsSchema);

/** @param servers by default new ones, which `stop` ends */
export async function startPayments(
  provider?: (simulated: SimulatedProvider) => PaymentProvider,
  servers?: TestServers,
  limits?: Partial<typeof LIMITS>,
): Promise<PaymentsUnderTest> {
  const payments = new PaymentsUnderTest(AppModule, servers ?? (await startPaymentsServers()));
  await payments.startReplica(provider?.(payments.simulated()), limits);
  return payments;
}
