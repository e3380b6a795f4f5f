import type { Span } from '../store/span.js';
import type { TraceStore } from '../store/trace-store.js';
import { hopsTo, sendersIn, type Hop } from './hops.js';

interface MapNode {
  name: string;
  kind: 'service' | 'database' | 'external';
  spans: number;
  errors: number;
}

interface MapEdge {
  from: string;
  to: string;
  via: Hop['via'];
  /** Operations on this edge. */
  destinations: string[];
  count: number;
  errors: number;
  /** Latency of the call, or of handling the message. */
  p95Us: number;
}

export interface ServiceMap {
  nodes: MapNode[];
  edges: MapEdge[];
  /** Number of nodes and edges left out. The busiest are shown. */
  more: { nodes: number; edges: number };
}

/** More is unreadable, and a client may send spans of any number of services. */
const NODES_MAX = 40;
const EDGES_MAX = 200;
const DESTINATIONS_MAX = 20;

/** Cached: the page polls the map while no span arrives. */
const known = new WeakMap<TraceStore, { version: number; map: ServiceMap }>();

/** Calls and messages between services, from all stored spans. */
export function serviceMap(store: TraceStore): ServiceMap {
  const before = known.get(store);
  if (before?.version === store.version) return before.map;
  const map = drawMap(store);
  known.set(store, { version: store.version, map });
  return map;
}

function drawMap(store: TraceStore): ServiceMap {
  const spans = [...store.all()].flatMap((trace) => [...trace.spans.values()]);
  const senders = sendersIn(spans);
  const hopsOf = (span: Span): Hop[] => hopsTo(span, store, senders);
  const nodes = countNodes(spans, hopsOf);
  const shown = nodes.toSorted((a, b) => b.spans - a.spans).slice(0, NODES_MAX);
  const edges = countEdges(spans, hopsOf, new Set(shown.map(({ name }) => name)));
  const busiest = edges.toSorted((a, b) => b.durations.length - a.durations.length).slice(0, EDGES_MAX);
  return {
    nodes: shown,
    edges: busiest.map(edgeOf),
    more: { nodes: nodes.length - shown.length, edges: edges.length - busiest.length },
  };
}

function countNodes(spans: Span[], hopsOf: (span: Span) => Hop[]): MapNode[] {
  const nodes = new Map<string, MapNode>();
  const count = (name: string, kind: MapNode['kind'], failed: boolean): void => {
    const node = nodes.get(name) ?? { name, kind, spans: 0, errors: 0 };
    node.spans += 1;
    node.errors += failed ? 1 : 0;
    nodes.set(name, node);
  };
  for (const { service, failed } of spans) count(service, 'service', failed);
  for (const span of spans) {
    for (const { to, via } of hopsOf(span)) {
      if (nodes.get(to)?.kind !== 'service')
        count(to, via === 'database' ? 'database' : 'external', span.failed);
    }
  }
  return [...nodes.values()];
}

interface EdgeCount extends Pick<MapEdge, 'from' | 'to' | 'via' | 'errors'> {
  destinations: Set<string>;
  durations: number[];
}

/** Edges between nodes that are shown. */
function countEdges(spans: Span[], hopsOf: (span: Span) => Hop[], shown: Set<string>): EdgeCount[] {
  const edges = new Map<string, EdgeCount>();
  for (const span of spans) {
    for (const { from, to, via, destination } of hopsOf(span)) {
      if (!shown.has(from) || !shown.has(to)) continue;
      const key = JSON.stringify([from, to, via]);
      const edge = edges.get(key) ?? { from, to, via, errors: 0, destinations: new Set(), durations: [] };
      edges.set(key, edge);
      edge.errors += span.failed ? 1 : 0;
      edge.durations.push(span.endUs - span.startUs);
      if (destination !== undefined && edge.destinations.size < DESTINATIONS_MAX)
        edge.destinations.add(destination);
    }
  }
  return [...edges.values()];
}

function edgeOf({ destinations, durations, ...edge }: EdgeCount): MapEdge {
  const sorted = Float64Array.from(durations).toSorted();
  return {
    ...edge,
    destinations: [...destinations],
    count: sorted.length,
    p95Us: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0,
  };
}
