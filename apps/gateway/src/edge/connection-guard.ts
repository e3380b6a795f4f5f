import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '@doorbuster/service/process';
import { newTraceparent } from '@doorbuster/telemetry';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GatewayConfig } from '../gateway.config.js';
import { ProblemException } from '../problem/problem.exception.js';
import { sendProblem, type RequestHandler } from './http-server.js';
import { trustOf, type IsTrusted } from './identity.js';
import { Tally } from './limits.js';

/**
 * Maximum bytes of requests that wait on a connection: their bodies, and what the process keeps of each request. Node
 * reads all requests of a packet at once, so they cannot stay in the socket.
 */
const HELD_BYTES_MAX = 160 * 1024;
const REQUEST_BYTES = 4 * 1024;
/** A body of unknown length counts as the longest. */
const BODY_BYTES_MAX = 64 * 1024;
const CHECK_MS = 1_000;
/** A client that reads less than this in `STALLED_MS` is disconnected. Otherwise a client that reads a few bytes at a time keeps a response open without a limit. */
const TAKEN_BYTES_MIN = 32 * 1024;
const STALLED_MS = 15_000;
/** With more unsent bytes than this in all, connections that took nothing since the last check are closed, the largest first. */
const UNSENT_BYTES_MAX = 64 * 1024 * 1024;
/** Time for a refused client to read the answer. */
const FAREWELL_MS = 1_000;

interface Connection {
  /** `undefined` for a trusted proxy, whose connections are not counted. */
  network: string | undefined;
  /** The response in progress. */
  response: ServerResponse | undefined;
  held: { handle: () => void; bytes: number }[];
  heldBytes: number;
  /** Bytes of complete writes, and those left of the current one, when the client last read enough. */
  sentBytes: number;
  queuedBytes: number;
  sentAt: number;
}

/**
 * Limits what a connection may use. Its requests are handled one after the other, a client that does not read is
 * disconnected, and an address has a maximum of connections.
 */
@Injectable()
export class ConnectionGuard implements OnApplicationShutdown {
  private readonly connections = new Map<Socket, Connection>();
  private readonly byNetwork: Tally;
  private readonly isTrusted: IsTrusted;
  private isClosing = false;
  private timer: NodeJS.Timeout | undefined;

  constructor({ connectionsPerAddressMax, trustProxy }: GatewayConfig) {
    this.byNetwork = new Tally(connectionsPerAddressMax);
    this.isTrusted = trustOf(trustProxy);
  }

  /** Handles the server's requests with `next`. */
  attach(server: Server, next: RequestHandler): void {
    server.on('connection', (socket: Socket) => this.open(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.connections.get(request.socket);
      if (connection) this.receive(connection, request, response, next);
    });
    this.timer = setInterval(() => this.check(performance.now()), CHECK_MS).unref();
  }

  /** Ends each connection with its next response. */
  closeAfterResponses(): void {
    this.isClosing = true;
    for (const { response } of this.connections.values()) if (response) closeAfter(response);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private open(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const network = this.isTrusted(address, 0) ? undefined : networkOf(address);
    if (network !== undefined && !this.byNetwork.take(network)) {
      refuse(socket, this.byNetwork.max);
      return;
    }
    this.connections.set(socket, {
      network,
      response: undefined,
      held: [],
      heldBytes: 0,
      sentBytes: 0,
      queuedBytes: 0,
      sentAt: performance.now(),
    });
    socket.once('close', () => {
      this.connections.delete(socket);
      if (network !== undefined) this.byNetwork.give(network);
    });
  }

  private receive(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    next: RequestHandler,
  ): void {
    const handle = (): void => {
      connection.response = response;
      if (this.isClosing) closeAfter(response);
      // `close` comes after the last byte was sent, so a client that does not read gets no further answers.
      response.on('close', () => handleNext(connection, request.socket));
      next(request, response);
    };
    if (connection.response === undefined) {
      handle();
      return;
    }
    const bytes = REQUEST_BYTES + bodyBytesOf(request);
    if (connection.heldBytes + bytes > HELD_BYTES_MAX) {
      stopParsing(request.socket);
      request.socket.destroy();
      return;
    }
    connection.heldBytes += bytes;
    connection.held.push({ handle, bytes });
  }

  /** Closes connections whose clients no longer read. */
  private check(now: number): void {
    let unsentBytes = 0;
    const slow: Socket[] = [];
    for (const [socket, connection] of this.connections) {
      const unsent = socket.writableLength;
      const sentBytes = socket.bytesWritten - unsent;
      const queuedBytes = queuedBytesOf(socket);
      if (unsent === 0 || sentBytes !== connection.sentBytes) {
        Object.assign(connection, { sentBytes, queuedBytes, sentAt: now });
      } else {
        const taken = connection.queuedBytes - queuedBytes;
        if (taken >= TAKEN_BYTES_MIN) Object.assign(connection, { queuedBytes, sentAt: now });
        // A write has begun since the last check.
        if (taken < 0) connection.queuedBytes = queuedBytes;
        if (now - connection.sentAt >= STALLED_MS) {
          socket.destroy();
          continue;
        }
        slow.push(socket);
      }
      unsentBytes += unsent;
    }
    if (unsentBytes <= UNSENT_BYTES_MAX) return;
    for (const socket of slow.toSorted((a, b) => b.writableLength - a.writableLength)) {
      unsentBytes -= socket.writableLength;
      socket.destroy();
      if (unsentBytes <= UNSENT_BYTES_MAX) return;
    }
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

/**
 * Bytes of the current write that the network has not taken. A long answer is one write, which counts as unsent until its last
 * byte is gone, so without this a client that reads it slowly looks like one that does not read. Node's socket timeouts use the
 * same number; it has no public name.
 */
const queuedBytesOf = (socket: Socket): number =>
  // oxlint-disable-next-line eslint/no-underscore-dangle -- Node calls it so
  (socket as Socket & { _handle?: { writeQueueSize?: number } | null })._handle?.writeQueueSize ?? 0;

/** The return value that makes Node's parser read no further, as after an upgrade of the protocol. */
const READ_NO_FURTHER = 2;

/**
 * Node parses a packet to its end, up to 1,600 short requests, even when the connection was closed at the first one, and
 * keeps them until it has served every other connection. Its parser has no public way to stop.
 */
function stopParsing(socket: Socket): void {
  const { parser } = socket as Socket & { parser?: { onIncoming: () => number } | null };
  if (parser) parser.onIncoming = () => READ_NO_FURTHER;
}

function handleNext(connection: Connection, socket: Socket): void {
  connection.response = undefined;
  if (!socket.writable) {
    // The client has disconnected, or was told that this connection ends.
    connection.held.length = 0;
    return;
  }
  const held = connection.held.shift();
  if (held === undefined) return;
  connection.heldBytes -= held.bytes;
  held.handle();
}

function bodyBytesOf({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return BODY_BYTES_MAX;
  return Math.min(Number(headers['content-length'] ?? 0), BODY_BYTES_MAX);
}

function refuse(socket: Socket, max: number | null): void {
  const problem = new ProblemException(
    'TOO_MANY_CONNECTIONS',
    `At most ${max} connections from one address. Close some, or try again after Retry-After.`,
  );
  sendProblem(socket, problem, newTraceparent());
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}
