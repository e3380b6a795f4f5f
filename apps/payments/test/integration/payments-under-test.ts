import { randomUUID } from 'node:crypto';
import { authorisePayment, type MessageContract } from '@doorbuster/contracts';
import { eventually, startTestEnvironment, type TestEnvironment } from '@doorbuster/embedded/testing';
import {
  connectNats,
  decodeBatch,
  newEvent,
  Publisher,
  toMessages,
  type CloudEvent,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { preparedQuery } from '@doorbuster/persistence';
import { NATS_CONNECTION } from '@doorbuster/service';
import { environmentOf, migrateSchema, startService } from '@doorbuster/service/testing';
import { newTraceparent, traceIdOf } from '@doorbuster/telemetry';
import type { INestApplication } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import { AppModule } from '../../src/app.module.js';
import { PROVIDER_CALL_LIMITS, providerCallLimits } from '../../src/provider-calls/provider-call-limits.js';
import { paymentsSchema } from '../../src/payments.schema.js';
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

export interface PaymentRow {
  status: string;
  captured: number;
  refunded: number;
  attempts: number;
  next_attempt_at: Date | null;
}

/** A reply event: its name, such as `payment-captured`, and its reason if there is one. */
export interface ReceivedReply {
  name: string;
  reason?: string;
}

/** The service with its own database and broker, and the commands of a saga. */
export class PaymentsUnderTest {
  /** The charges of all replicas. */
  readonly statement: { reference: string; key: string }[] = [];
  private readonly received: CloudEvent[] = [];
  private readonly apps: INestApplication[] = [];
  private readonly cutOff: INestApplication[] = [];

  private constructor(
    private readonly environment: TestEnvironment,
    private readonly nc: NatsConnection,
    private readonly bank: DataSource,
  ) {
    nc.subscribe('evt.payments.>', {
      callback: (_, { data }) => void this.received.push(...decodeBatch(data)),
    });
  }

  static async start(
    provider?: (simulated: SimulatedProvider) => PaymentProvider,
  ): Promise<PaymentsUnderTest> {
    const environment = await startTestEnvironment();
    const nc = await connectNats(environment.natsUrl('admin'), 'gateway');
    await migrateSchema(paymentsSchema, environment.migrationUrl('payments'), 'silent');
    const bank = new DataSource({
      type: 'postgres',
      url: environment.databaseUrl('payments'),
      parseInt8: true,
      poolSize: 2,
    });
    await bank.initialize();
    const payments = new PaymentsUnderTest(environment, nc, bank);
    await payments.startReplica(provider?.(payments.simulated()));
    return payments;
  }

  /** The provider of one replica. */
  simulated(): SimulatedProvider {
    return new SimulatedProvider(
      new SimulatedBooks((statement, values) => preparedQuery(this.bank, statement, values)),
      (charge) => this.statement.push(charge),
    );
  }

  async startReplica(
    provider: PaymentProvider = this.simulated(),
    limits: Partial<typeof LIMITS> = {},
  ): Promise<INestApplication> {
    const app = await startService(AppModule, {
      env: environmentOf('payments', this.environment),
      overrides: [
        [PAYMENT_PROVIDER, provider],
        [PROVIDER_CALL_LIMITS, { ...LIMITS, ...limits }],
      ],
    });
    this.apps.push(app);
    return app;
  }

  /** The URL with the role that owns the schema. */
  get ownerUrl(): string {
    return this.environment.migrationUrl('payments');
  }

  async stop(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.close()));
    await Promise.allSettled(this.cutOff.map((app) => app.close()));
    await this.nc.close();
    await this.bank.destroy();
    await this.environment.stop();
  }

  /** Like `kill -9` in one process: the replica loses its connections, so it can neither write nor publish. */
  async cutOffFirstReplica(): Promise<void> {
    const [app] = this.apps;
    await app?.get<NatsConnection>(NATS_CONNECTION).close();
    await app?.get(DataSource).destroy();
    this.cutOff.push(...this.apps.splice(0, 1));
  }

  async stopFirstReplica(): Promise<void> {
    await this.apps.shift()?.close();
  }

  /** A command like that of the order's saga. */
  command<T extends { orderId: string }>(contract: MessageContract<T>, data: T): OutgoingEvent {
    return newEvent(contract, {
      subject: data.orderId,
      data,
      traceparent: newTraceparent(),
      sagaid: data.orderId,
      sagastep: contract.subject.split('.').at(-1),
    });
  }

  authorisation(orderId: string, method = 'pm_card_visa'): OutgoingEvent {
    return this.command(authorisePayment, { orderId, amount: { amount: 1999, currency: 'USD' }, method });
  }

  /** In as few NATS messages as possible. */
  async send(...events: OutgoingEvent[]): Promise<void> {
    const publisher = new Publisher(this.nc);
    for (const message of toMessages(events)) await publisher.publish(message);
  }

  async sendRaw(subject: string, payload: string): Promise<void> {
    await new Publisher(this.nc).publish({ id: randomUUID(), subject, payload });
  }

  /** The reply to this command, found by its trace. */
  answerTo({ event }: OutgoingEvent): Promise<ReceivedReply> {
    const traceId = traceIdOf(event.traceparent);
    return eventually(() => {
      const answer = this.received.find(
        ({ traceparent, sagaid, sagastep }) =>
          traceIdOf(traceparent) === traceId && sagaid === event.sagaid && sagastep === event.sagastep,
      );
      return answer && toReceivedReply(answer);
    }, `the answer to ${event.type} for ${event.subject}`);
  }

  async ask(event: OutgoingEvent): Promise<ReceivedReply> {
    await this.send(event);
    return this.answerTo(event);
  }

  async authorise(method?: string): Promise<{ orderId: string; answer: ReceivedReply }> {
    const orderId = randomUUID();
    return { orderId, answer: await this.ask(this.authorisation(orderId, method)) };
  }

  answersFor(orderId: string): ReceivedReply[] {
    return this.received.filter(({ subject }) => subject === orderId).map(toReceivedReply);
  }

  async row(orderId: string): Promise<PaymentRow | undefined> {
    const rows = await this.sql<PaymentRow>(
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

  deadLetters(orderId: string): Promise<{ error: string }[]> {
    return eventually(async () => {
      const rows = await this.sql<{ error: string }>(
        'select error from dead_letters where position($1 in event::text) > 0',
        [orderId],
      );
      return rows.length > 0 ? rows : undefined;
    }, `a dead letter with ${orderId}`);
  }

  /** Number of charges and refunds; `undefined` if the payment is only held, or was never authorised. */
  async book(orderId: string): Promise<{ status: string; charges: number; refunds: number } | undefined> {
    const [entry] = await this.sql<{ status: string }>(
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

  sql<Row>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.bank.query(text, parameters);
  }
}

const toReceivedReply = ({ type, data }: CloudEvent): ReceivedReply => {
  const { reason } = data as { reason?: string };
  return { name: type.split('.')[2] ?? '', ...(reason !== undefined && { reason }) };
};
