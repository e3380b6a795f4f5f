import type { Msg } from '@nats-io/transport-node';
import type { ConsumerDeserializer, IncomingRequest } from '@nestjs/microservices';

/** A request as it came, before its signature is verified and its data are parsed by the contract. */
export class RpcRequest {
  constructor(
    readonly payload: Uint8Array,
    /** What Nest's packet carries; `undefined` when there is none. */
    readonly data: unknown,
    readonly isJson: boolean,
  ) {}
}

/**
 * Keeps the bytes of a request, over which its signature is, and lets nothing throw that quotes them. Every message is a
 * request here: one without an id, or that is no JSON at all, is refused with an answer like any other.
 */
export class RpcRequestDeserializer implements ConsumerDeserializer {
  deserialize({ data: payload }: Pick<Msg, 'data'>, options?: { channel?: string }): IncomingRequest {
    const packet = packetOf(payload);
    const { id, data } = packet ?? {};
    return {
      pattern: options?.channel,
      // Nest takes a message without an id for an event, and answers nothing.
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
