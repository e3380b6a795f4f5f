import type { Msg } from '@nats-io/transport-node';
import type { ConsumerDeserializer, IncomingRequest } from '@nestjs/microservices';

/** A request before its signature is verified and its data are parsed by the contract. */
export class RpcRequest {
  constructor(
    readonly payload: Uint8Array,
    /** The data of Nest's packet; `undefined` if there are none. */
    readonly data: unknown,
    readonly isJson: boolean,
  ) {}
}

/**
 * Keeps the bytes of a request, because the signature is over them, and throws no error that contains them. It treats every
 * message as a request, so one without an id or one that is no JSON gets a refusal as its reply.
 */
export class RpcRequestDeserializer implements ConsumerDeserializer {
  deserialize({ data: payload }: Pick<Msg, 'data'>, options?: { channel?: string }): IncomingRequest {
    const packet = packetOf(payload);
    const { id, data } = packet ?? {};
    return {
      pattern: options?.channel,
      // Nest treats a message without an id as an event, and sends no reply.
      id: typeof id === 'string' ? id : '',
      data: new RpcRequest(payload, data, packet !== undefined),
    };
  }
}

const UTF8 = new TextDecoder();

function packetOf(payload: Uint8Array): { id?: unknown; data?: unknown } | undefined {
  try {
    const packet: unknown = JSON.parse(UTF8.decode(payload));
    return typeof packet === 'object' && packet !== null ? packet : {};
  } catch {
    return undefined;
  }
}
