import {
  accept,
  clockOf,
  orderStatusChanged,
  placeOrders,
  refuse,
  SERVICES,
  type MessageContract,
  type Order,
  type OrderStatusChanged,
  type PlaceOrderRequest,
  type RpcContract,
  type Reply,
} from '@doorbuster/contracts';
import { RpcVerifier, SIGNATURE_HEADER, VERIFICATION_KEYS } from '@doorbuster/service/testing';
import { connect, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';

type Handler<Request, Response> = (request: Request) => Reply<Response> | Promise<Reply<Response>>;

/** Fakes the four services by their contracts. */
export class FakeServices {
  private readonly verifier = new RpcVerifier(VERIFICATION_KEYS);
  private readonly subscriptions = new Map<string, Subscription>();
  /** Requests by subject. */
  readonly asked = new Map<string, unknown[]>();

  private constructor(readonly connection: NatsConnection) {}

  static async start(url: string): Promise<FakeServices> {
    const { host, username, password } = new URL(url);
    const options = {
      servers: host,
      user: username,
      pass: password,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    };
    const services = new FakeServices(await connect(options));
    // Every service serves its clock.
    await Promise.all(
      SERVICES.map((service) => services.answer(clockOf(service), () => accept({ now: Date.now() }))),
    );
    return services;
  }

  /** Answers an RPC from now on, in Nest's wire format. */
  async answer<Request, Response>(
    contract: RpcContract<Request, Response>,
    handler: Handler<Request, Response>,
  ): Promise<void> {
    this.subscriptions.get(contract.subject)?.unsubscribe();
    this.asked.set(contract.subject, []);
    const subscription = this.connection.subscribe(contract.subject, {
      callback: (_error, message) => {
        const { id, data } = message.json<{ id: string; data: unknown }>();
        const answered = this.received(contract, message, data).then(handler, (error: Error) =>
          refuse('UNAUTHENTICATED', error.message),
        );
        void answered.then((response) => message.respond(JSON.stringify({ response, isDisposed: true, id })));
      },
    });
    this.subscriptions.set(contract.subject, subscription);
    await this.connection.flush();
  }

  /** As a service does: verifies a request that changes state, then parses it by the contract. */
  private async received<Request>(
    contract: RpcContract<Request>,
    { data: payload, headers }: Msg,
    data: unknown,
  ): Promise<Request> {
    if (contract.changesStateFor) {
      await this.verifier.verify(contract.subject, payload, headers?.get(SIGNATURE_HEADER));
    }
    const request = contract.request.parse(data);
    this.asked.get(contract.subject)?.push(request);
    return request;
  }

  /** Answers each order of a batch from now on. */
  answerOrders(handler: Handler<PlaceOrderRequest, Order>): Promise<void> {
    return this.answer(placeOrders, async ({ requests }) =>
      accept(await Promise.all(requests.map(async (one) => handler(one)))),
    );
  }

  /** The orders that were requested. */
  orderRequests(): PlaceOrderRequest[] {
    return this.requests<{ requests: PlaceOrderRequest[] }>(placeOrders).flatMap(({ requests }) => requests);
  }

  /** Stops answering this RPC. */
  async silence(contract: Pick<RpcContract, 'subject'>): Promise<void> {
    this.subscriptions.get(contract.subject)?.unsubscribe();
    this.subscriptions.delete(contract.subject);
    await this.connection.flush();
  }

  requests<Request>(contract: RpcContract<Request, never> | RpcContract<Request>): Request[] {
    return (this.asked.get(contract.subject) ?? []) as Request[];
  }

  publish(...statuses: OrderStatusChanged[]): Promise<void> {
    return this.state(orderStatusChanged, statuses);
  }

  /** Publishes these events in one message, with `time`. */
  async state<T>(
    { subject, type }: MessageContract<T>,
    events: readonly T[],
    time = new Date(),
  ): Promise<void> {
    const batch = events.map((data) => ({
      specversion: '1.0',
      id: crypto.randomUUID(),
      type,
      time: time.toISOString(),
      data,
    }));
    this.connection.publish(subject, JSON.stringify(batch));
    await this.connection.flush();
  }

  async stop(): Promise<void> {
    await this.connection.close();
  }
}
