import type { Timeline, TracedTimeline } from '@doorbuster/contracts';

/** Each trace once, in the order of its first transition: the checkout's, and that of a cancellation. */
export function withTraces(timeline: Timeline, urlTemplate: string | undefined): TracedTimeline {
  const traceIds = new Set(timeline.items.map(({ traceId }) => traceId));
  const urlOf = (traceId: string): string | null => urlTemplate?.replaceAll('{traceId}', traceId) ?? null;
  return { ...timeline, traces: Array.from(traceIds, (traceId) => ({ traceId, url: urlOf(traceId) })) };
}
