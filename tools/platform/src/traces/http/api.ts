import { fieldRequirementOf } from '@doorbuster/service/process';
import { z } from 'zod';
import { listTraces, type TraceFilter } from '../queries/list-traces.js';
import { ORDER_OUTCOMES } from '../queries/order-outcome.js';
import { serviceMap } from '../queries/service-map.js';
import { viewTrace } from '../queries/trace-view.js';
import type { TraceStore } from '../store/trace-store.js';
import { HttpError } from './answer.js';
import type { ReadTimeline } from './order-timeline.js';

const filter = z
  .strictObject({
    order: z.string().max(64).optional(),
    service: z.string().max(128).optional(),
    outcome: z.enum(ORDER_OUTCOMES).optional(),
    error: z.enum(['true', 'false']).default('false'),
    minDurationMs: z.coerce.number().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .transform((query): TraceFilter => ({
    order: query.order,
    service: query.service,
    outcome: query.outcome,
    errorsOnly: query.error === 'true',
    durationMsMin: query.minDurationMs,
    limit: query.limit,
  }));

const orderId = z.uuid();

/** The page's API, `GET /api/...`. Returns the body of the response. @throws HttpError */
export async function answerApi(url: URL, store: TraceStore, readTimeline: ReadTimeline): Promise<object> {
  const [, , resource, id, detail] = url.pathname.split('/');
  if (resource === 'traces' && id === undefined) return listTraces(store, filterOf(url));
  if (resource === 'traces' && detail === undefined) return found(viewTrace(store, id ?? ''));
  if (resource === 'service-map' && id === undefined) return serviceMap(store);
  if (resource === 'orders' && detail === 'timeline') return readTimeline(orderIdOf(id));
  throw new HttpError(404, 'NOT_FOUND', 'There is no such resource.');
}

function filterOf(url: URL): TraceFilter {
  const given = [...url.searchParams].filter(([, value]) => value !== '');
  const parsed = filter.safeParse(Object.fromEntries(given), { error: fieldRequirementOf });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `there is no filter ${issue.keys.join(', ')}`
      : `${issue.path.join('.')} ${issue.message}`,
  );
  throw new HttpError(400, 'BAD_FILTER', problems.join('; '));
}

function orderIdOf(text: string | undefined): string {
  const parsed = orderId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new HttpError(400, 'BAD_ORDER_ID', 'An order id is a UUID.');
}

function found(view: object | undefined): object {
  if (view !== undefined) return view;
  throw new HttpError(
    404,
    'UNKNOWN_TRACE',
    'No span of this trace is kept: none has arrived yet, or newer traces took their place, or the id is wrong.',
  );
}
