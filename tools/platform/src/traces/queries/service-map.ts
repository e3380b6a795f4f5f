import { textAttribute, type Span } from '../store/span.js';
import type { TraceStore } from '../store/trace-store.js';

interface Figures {
  count: number;
  errors: number;
  /** Of what was called, or of handling what was sent. */
  p95Us: number;
}

interface MapNode {
  name: string;
  kind: 'service' | 'database' | 'external';
  spans: number;
  errors: number;
}

interface MapEdge extends Figures {
  from: string;
  to: string;
  via: 'call' | 'message' | 'database';
  /** What is sent over it. */
  destinations: string[];
}

export interface ServiceMap {
  nodes: MapNode[];
  edges: MapEdge[];
}

interface Hop {
  from: string;
  to: string;
  via: MapEdge['via'];
  destination: string | undefined;
  span: Span;
}

const DESTINATION = 'messaging.destination.name';

/** Who calls whom, from all spans that are held. */
export function serviceMap(store: TraceStore): ServiceMap {
  const spans = [...store.all()].flatMap((trace) => [...trace.spans.values()]);
  const producers = producersOf(spans);
  const hops = spans.flatMap((span) => hopsTo(span, store, producers));
  const edges = [...Map.groupBy(hops, ({ from, to, via }) => JSON.stringify([from, to, via])).values()];
  return { nodes: nodesOf(spans, hops), edges: edges.flatMap(edgeOf) };
}

function producersOf(spans: Span[]): Map<string, Set<string>> {
  const producers = new Map<string, Set<string>>();
  for (const span of spans) {
    const destination = span.kind === 'PRODUCER' ? textAttribute(span, DESTINATION) : undefined;
    if (destination === undefined) continue;
    const services = producers.get(destination) ?? new Set();
    producers.set(destination, services.add(span.service));
  }
  return producers;
}

/**
 * A message comes from whoever sends to its destination: its span is a child of the request that began it all, which
 * says nothing about the way. Everything else comes from its parent.
 */
function hopsTo(span: Span, store: TraceStore, producers: Map<string, Set<string>>): Hop[] {
  const { service } = span;
  if (span.kind === 'CLIENT') return hopsOut(span);
  const destination = span.kind === 'CONSUMER' ? textAttribute(span, DESTINATION) : undefined;
  const senders = destination === undefined ? undefined : producers.get(destination);
  if (senders !== undefined) {
    return [...senders].map((from) => ({ from, to: service, via: 'message', destination, span }));
  }
  const parent = store.find(span.traceId, span.parentSpanId);
  if (parent === undefined || parent.service === service) return [];
  const via = span.kind === 'CONSUMER' ? 'message' : 'call';
  return [{ from: parent.service, to: service, via, destination, span }];
}

/** To what has no spans of its own. */
function hopsOut(span: Span): Hop[] {
  const database = textAttribute(span, 'db.system.name') ?? textAttribute(span, 'db.system');
  if (database !== undefined)
    return [{ from: span.service, to: database, via: 'database', destination: undefined, span }];
  const peer = textAttribute(span, 'peer.service') ?? textAttribute(span, 'server.address');
  return peer === undefined
    ? []
    : [{ from: span.service, to: peer, via: 'call', destination: span.name, span }];
}

function edgeOf(hops: Hop[]): MapEdge[] {
  const [first] = hops;
  if (first === undefined) return [];
  const { from, to, via } = first;
  const destinations = new Set(hops.flatMap(({ destination }) => destination ?? []));
  return [{ from, to, via, destinations: [...destinations].slice(0, 20), ...figuresOf(hops) }];
}

function figuresOf(hops: Hop[]): Figures {
  const durations = hops.map(({ span }) => span.endUs - span.startUs).toSorted((a, b) => a - b);
  return {
    count: hops.length,
    errors: hops.filter(({ span }) => span.failed).length,
    p95Us: durations[Math.ceil(durations.length * 0.95) - 1] ?? 0,
  };
}

function nodesOf(spans: Span[], hops: Hop[]): MapNode[] {
  const nodes = new Map<string, MapNode>();
  const count = (name: string, kind: MapNode['kind'], failed: boolean): void => {
    const node = nodes.get(name) ?? { name, kind, spans: 0, errors: 0 };
    nodes.set(name, { ...node, spans: node.spans + 1, errors: node.errors + (failed ? 1 : 0) });
  };
  for (const span of spans) count(span.service, 'service', span.failed);
  const services = new Set(nodes.keys());
  for (const { to, via, span } of hops) {
    if (!services.has(to)) count(to, via === 'database' ? 'database' : 'external', span.failed);
  }
  return [...nodes.values()];
}
