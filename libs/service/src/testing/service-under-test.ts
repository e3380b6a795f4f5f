import { randomUUID } from 'node:crypto';
import type { MessageContract, Reply, RpcContract, ServiceName } from '@doorbuster/contracts';
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
import { newTraceparent, traceIdOf } from '@doorbuster/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { NATS_CONNECTION } from '../messaging/messaging.module.js';
import { migrateSchema } from '../persistence/migrate.js';
import { callRpc, environmentOf, type TestRequest } from './rpc-call.js';
import { startService, type TestServiceOptions } from './start-service.js';

/** Shorter than the time of `eventually`, so that a request that is lost with its connection is sent again. */
const RPC_TIMEOUT_MS = 15_000;

type SchemaDefinition = Parameters<typeof migrateSchema>[0];

/** A database with the service's tables, a broker with all streams, and the connections of a test to them. */
export interface TestServers {
  service: ServiceName;
  environment: TestEnvironment;
  /** May publish and subscribe everywhere. */
  admin: NatsConnection;
  gateway: NatsConnection;
  database: DataSource;
  /** The events of the service, in the order in which they came. */
  received: CloudEvent[];
}

export async function startTestServers(schema: SchemaDefinition): Promise<TestServers> {
  const service = schema.service as ServiceName; // These servers have the users of the shop.
  const environment = await startTestEnvironment();
  await migrateSchema(schema, environment.migrationUrl(service), 'silent');
  const admin = await connectNats(environment.natsUrl('admin'), 'gateway');
  const received: CloudEvent[] = [];
  admin.subscribe(`evt.${service}.>`, {
    callback: (_, { data }) => void received.push(...decodeBatch(data)),
  });
  // The broker has the subscription before the service publishes.
  await admin.flush();
  const gateway = await connectNats(environment.natsUrl('gateway'), 'gateway');
  const url = environment.databaseUrl(service);
  const database = new DataSource({ type: 'postgres', url, parseInt8: true, poolSize: 4 });
  await database.initialize();
  return { service, environment, admin, gateway, database, received };
}

/** Replicas of one service on servers of their own. The test acts as all the other services and as the gateway. */
export class ServiceUnderTest {
  readonly replicas: NestFastifyApplication[] = [];
  readonly received: readonly CloudEvent[];
  readonly environment: TestEnvironment;
  readonly database: DataSource;
  protected readonly admin: NatsConnection;
  private readonly publisher: Publisher;
  private readonly cutOff: NestFastifyApplication[] = [];

  constructor(
    private readonly rootModule: Type,
    private readonly servers: TestServers,
  ) {
    this.environment = servers.environment;
    this.database = servers.database;
    this.received = servers.received;
    this.admin = servers.admin;
    this.publisher = new Publisher(servers.admin);
  }

  async addReplica(overrides: TestServiceOptions['overrides'] = []): Promise<NestFastifyApplication> {
    const env = environmentOf(this.servers.service, this.environment);
    const replica = await startService(this.rootModule, { env, overrides });
    this.replicas.push(replica);
    return replica;
  }

  async stopReplica(replica: NestFastifyApplication = this.replica(0)): Promise<void> {
    this.replicas.splice(this.replicas.indexOf(replica), 1);
    await replica.close();
  }

  /** Like `kill -9` in one process: the replica loses its connections, so it can neither write nor publish. */
  async cutOffReplica(replica: NestFastifyApplication = this.replica(0)): Promise<void> {
    await replica.get<NatsConnection>(NATS_CONNECTION).close();
    await replica.get(DataSource).destroy();
    this.replicas.splice(this.replicas.indexOf(replica), 1);
    this.cutOff.push(replica);
  }

  replica(index: number): NestFastifyApplication {
    const replica = this.replicas[index];
    if (!replica) throw new Error(`there is no replica ${index}`);
    return replica;
  }

  /** The servers stay, for another test. */
  async stopReplicas(): Promise<void> {
    await Promise.all(this.replicas.splice(0).map((replica) => replica.close()));
    await Promise.allSettled(this.cutOff.splice(0).map((replica) => replica.close()));
  }

  async stop(): Promise<void> {
    await this.servers.gateway.close();
    await this.stopReplicas();
    await this.admin.close();
    await this.database.destroy();
    await this.environment.stop();
  }

  /** Calls as the gateway does; any replica answers. */
  call<Request, Response>(
    contract: RpcContract<Request, Response>,
    request: TestRequest<Request>,
  ): Promise<Reply<Response>> {
    return callRpc(this.servers.gateway, contract, request, RPC_TIMEOUT_MS);
  }

  /** Publishes in as few NATS messages as possible. */
  async publish(...events: OutgoingEvent[]): Promise<void> {
    for (const message of toMessages(events)) await this.publisher.publish(message);
  }

  async publishRaw(subject: string, payload: string): Promise<void> {
    await this.publisher.publish({ id: randomUUID(), subject, payload });
  }

  /** Sends a command and waits for its reply. */
  async send(command: OutgoingEvent): Promise<CloudEvent> {
    await this.publish(command);
    return this.replyTo(command);
  }

  /** Waits for the reply to this command, which continues its trace. Another copy of the command has another trace. */
  replyTo({ event: command }: OutgoingEvent): Promise<CloudEvent> {
    const traceId = traceIdOf(command.traceparent);
    return eventually(
      () =>
        this.received.find(
          ({ subject, traceparent, sagaid, sagastep }) =>
            traceIdOf(traceparent) === traceId &&
            subject === command.subject &&
            sagaid === command.sagaid &&
            sagastep === command.sagastep,
        ),
      `the reply to ${command.type} for ${command.subject}`,
    );
  }

  receivedFor(subject: string): CloudEvent[] {
    return this.received.filter((event) => event.subject === subject);
  }

  /** Waits for at least `count` events for a subject. */
  receive(subject: string, count = 1): Promise<CloudEvent[]> {
    return eventually(() => {
      const events = this.receivedFor(subject);
      return events.length >= count ? events : undefined;
    }, `${count} events for ${subject}`);
  }

  /** Runs SQL as the service's role. */
  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.database.query(sql, parameters);
  }

  /** Waits for dead letters with this text in their event. */
  deadLettersWith(text: string): Promise<{ error: string }[]> {
    return eventually(async () => {
      const letters = await this.query<{ error: string }>(
        'select error from dead_letters where position($1 in event::text) > 0',
        [text],
      );
      return letters.length > 0 ? letters : undefined;
    }, `a dead letter with ${text}`);
  }

  /** The role that owns the schema. */
  get ownerUrl(): string {
    return this.environment.migrationUrl(this.servers.service);
  }
}

/** A command as the saga of this order sends it. */
export const sagaCommand = <T extends { orderId: string }>(
  contract: MessageContract<T>,
  data: T,
): OutgoingEvent =>
  newEvent(contract, {
    subject: data.orderId,
    data,
    traceparent: newTraceparent(),
    sagaid: data.orderId,
    sagastep: contract.subject.split('.').at(-1),
  });

/** The name of an event, such as `stock-reserved`. */
export const nameOf = ({ type }: CloudEvent): string => type.split('.')[2] ?? '';

/** @throws a refusal */
export function valueOf<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.detail}`);
  return reply.value;
}
