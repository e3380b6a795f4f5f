import { textAttribute, type Span } from '../store/span.js';
import type { TraceStore } from '../store/trace-store.js';

/** One call or message between two services, as one span shows it. */
export interface Hop {
  from: string;
  to: string;
  via: 'call' | 'message' | 'database';
  /** The operation or destination. */
  destination: string | undefined;
}

/** Maximum senders that are distinguished for a destination. */
const SENDERS_MAX = 8;
const DESTINATION = 'messaging.destination.name';

/** Senders by destination. */
export type Senders = Map<string, Set<string>>;

export function sendersIn(spans: Span[]): Senders {
  const senders: Senders = new Map();
  for (const span of spans) {
    const destination = span.kind === 'PRODUCER' ? textAttribute(span, DESTINATION) : undefined;
    if (destination === undefined) continue;
    const services = senders.get(destination) ?? new Set();
    if (services.size < SENDERS_MAX) services.add(span.service);
    senders.set(destination, services);
  }
  return senders;
}

/**
 * A message comes from the senders of its destination, since its span is a child of the first request, not of the
 * sender. Every other span comes from its parent.
 */
export function hopsTo(span: Span, store: TraceStore, senders: Senders): Hop[] {
  const { service } = span;
  if (span.kind === 'CLIENT') return hopsOut(span);
  const destination = span.kind === 'CONSUMER' ? textAttribute(span, DESTINATION) : undefined;
  const from = destination === undefined ? undefined : senders.get(destination);
  if (from !== undefined) {
    return [...from].map((sender) => ({ from: sender, to: service, via: 'message', destination }));
  }
  const parent = store.find(span.traceId, span.parentSpanId);
  if (parent === undefined || parent.service === service) return [];
  const via = span.kind === 'CONSUMER' ? 'message' : 'call';
  return [{ from: parent.service, to: service, via, destination }];
}

/** To a system without spans, such as a database. */
function hopsOut(span: Span): Hop[] {
  const database = textAttribute(span, 'db.system.name') ?? textAttribute(span, 'db.system');
  if (database !== undefined)
    return [{ from: span.service, to: database, via: 'database', destination: undefined }];
  const peer = textAttribute(span, 'peer.service') ?? textAttribute(span, 'server.address');
  return peer === undefined ? [] : [{ from: span.service, to: peer, via: 'call', destination: span.name }];
}
