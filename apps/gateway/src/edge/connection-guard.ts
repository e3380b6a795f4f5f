import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { newTraceparent } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { GatewayConfig } from '../gateway.config.js';
import { ProblemException } from '../problem/problem.exception.js';
import { CONFIG } from '../tokens.js';
import { networkOf, trustOf, type IsTrusted } from './client-address.js';
import { sendProblem } from './client-error.js';
import { Tally } from './tally.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * What a connection may have sent before it read the answers to it: a body, and for each request what the process keeps
 * of it. Node reads the requests of a whole packet at once, so they cannot be left in the socket.
 */
const HELD_BYTES_MAX = 160 * 1024;
const REQUEST_BYTES = 4 * 1024;
/** A body whose length is not said counts as the longest. */
const BODY_BYTES_MAX = 64 * 1024;
const LOOK_MS = 1_000;
/** A client that reads less than this for so long is disconnected. A few bytes now and then would hold an answer for ever. */
const TAKEN_BYTES_MIN = 32 * 1024;
const STALLED_MS = 15_000;
/** With more unsent bytes than this in all, connections that took no answer since the last check are closed, the largest first. */
const UNSENT_BYTES_MAX = 64 * 1024 * 1024;
/** Time for a refused client to read the answer. */
const FAREWELL_MS = 1_000;

interface Connection {
  /** `undefined` for a trusted proxy, whose connections are not counted. */
  network: string | undefined;
  isAnswering: boolean;
  held: { handle: () => void; bytes: number }[];
  heldBytes: number;
  /** Bytes of complete writes, and those left of the current one, when it last took enough. */
  sentBytes: number;
  queuedBytes: number;
  sentAt: number;
}

/**
 * Bounds what a connection costs. Its requests are handled one after the other, as they are answered; what it does not
 * read ends it; and an address has only so many connections.
 */
@Injectable()
export class ConnectionGuard implements OnApplicationShutdown {
  private readonly connections = new Map<Socket, Connection>();
  private readonly byNetwork: Tally;
  private readonly isTrusted: IsTrusted;
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(CONFIG) { connectionsPerAddressMax, trustProxy }: GatewayConfig) {
    this.byNetwork = new Tally(connectionsPerAddressMax);
    this.isTrusted = trustOf(trustProxy);
  }

  /** Handles the server's requests first and passes them on to its request handler. */
  attach(server: Server): void {
    const [handle] = server.listeners('request') as Handler[];
    if (handle === undefined) throw new Error('The server has no request handler yet.');
    server.removeAllListeners('request');
    server.on('connection', (socket: Socket) => this.open(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.connections.get(request.socket);
      if (connection) this.receive(connection, request, response, handle);
    });
    this.timer = setInterval(() => this.look(performance.now()), LOOK_MS).unref();
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
      isAnswering: false,
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
    handle: Handler,
  ): void {
    const answer = (): void => {
      connection.isAnswering = true;
      // `close` comes after the last byte was sent, so a client that does not read gets no further answers.
      response.once('close', () => next(connection, request.socket));
      handle(request, response);
    };
    if (!connection.isAnswering) {
      answer();
      return;
    }
    const bytes = REQUEST_BYTES + bodyBytesOf(request);
    if (connection.heldBytes + bytes > HELD_BYTES_MAX) {
      stopParsing(request.socket);
      request.socket.destroy();
      return;
    }
    connection.heldBytes += bytes;
    connection.held.push({ handle: answer, bytes });
  }

  /** Closes connections whose clients no longer read. */
  private look(now: number): void {
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

/**
 * Bytes of the current write that the network has not taken. A long answer is one write, which counts as unsent until its last
 * byte is gone, so without this a client that reads it slowly looks as one that does not read. Node's timeouts of sockets use the
 * same number; it has no public name.
 */
const queuedBytesOf = (socket: Socket): number =>
  // oxlint-disable-next-line eslint/no-underscore-dangle -- Node calls it so
  (socket as Socket & { _handle?: { writeQueueSize?: number } | null })._handle?.writeQueueSize ?? 0;

/** What Node's parser is told about a request after which it is to read no further, as after an upgrade of the protocol. */
const READ_NO_FURTHER = 2;

/**
 * Node reads a packet to its end, 1,600 short requests, also when the connection was closed at the first. It keeps them all until
 * it has seen every other connection. Its parser has no public way to stop.
 */
function stopParsing(socket: Socket): void {
  const { parser } = socket as Socket & { parser?: { onIncoming: () => number } | null };
  if (parser) parser.onIncoming = () => READ_NO_FURTHER;
}

function next(connection: Connection, socket: Socket): void {
  connection.isAnswering = false;
  if (!socket.writable) {
    // Nothing is done for a caller who is gone, or was told that this connection ends.
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
