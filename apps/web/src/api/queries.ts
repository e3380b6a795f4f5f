import type { ProductFilter, TimelineEntry } from '@doorbuster/contracts';
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import { api, ApiError, asCustomer, LoginNeededError } from './client.js';
import { refreshIn, refreshSaleIn } from './refresh-budget.js';
import { serverNow } from './server-clock.js';

const RETRIES_MAX = 3;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 10_000;
const FRESH_MS = 5_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (failures, error) => failures < RETRIES_MAX && mayPass(error),
      retryDelay: (failures, error) =>
        ((error instanceof ApiError && error.retryAfterMs) ||
          Math.min(RETRY_MS * 2 ** failures, RETRY_MS_MAX)) *
        (1 + Math.random() / 2),
    },
  },
});

const mayPass = (error: Error): boolean =>
  !(error instanceof LoginNeededError) &&
  !(error instanceof ApiError && error.status < 500 && error.status !== 429);

const PAGE = 24;

export const productsQuery = (filter: Pick<Partial<ProductFilter>, 'q' | 'category' | 'sort'>) =>
  infiniteQueryOptions({
    queryKey: ['products', filter],
    queryFn: ({ pageParam, signal }) =>
      api.listProducts({ ...filter, limit: PAGE, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (previous) => previous,
  });

export const productQuery = (sku: string) =>
  queryOptions({
    queryKey: ['product', sku],
    queryFn: ({ signal }) => api.getProduct(sku, { signal }),
    refetchInterval: ({ state }) => refreshIn('product', state.dataUpdatedAt),
  });

export const saleQuery = (id: string) =>
  queryOptions({
    queryKey: ['sale', id],
    queryFn: ({ signal }) => api.getSale(id, { signal }),
    refetchInterval: ({ state }) =>
      state.data ? refreshSaleIn(state.data, state.dataUpdatedAt, serverNow() - Date.now()) : false,
  });

/** Sales that are open or will be, the next one first, and last those with all units taken. */
export const salesQuery = queryOptions({
  queryKey: ['sales'],
  queryFn: async ({ signal }) => {
    const pages = await Promise.all(
      (['OPEN', 'SCHEDULED'] as const).map((status) => api.listSales({ status, limit: PAGE }, { signal })),
    );
    return pages
      .flatMap(({ items }) => items)
      .filter(({ endsAt }) => Date.parse(endsAt) > serverNow())
      .toSorted(
        (a, b) =>
          Number(a.unitsLeft === 0) - Number(b.unitsLeft === 0) || a.startsAt.localeCompare(b.startsAt),
      );
  },
  refetchInterval: ({ state }) => refreshIn('product', state.dataUpdatedAt),
});

export const ordersQuery = (customerId: string) =>
  infiniteQueryOptions({
    queryKey: ['orders', customerId],
    queryFn: ({ pageParam, signal }) =>
      asCustomer((client) =>
        client.listOrders({ limit: PAGE, ...(pageParam && { cursor: pageParam }) }, { signal }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id],
    queryFn: ({ signal }) => asCustomer((client) => client.getOrder(id, { signal })),
  });

/** Stock and payment are settled after the last status, mostly within a second. */
const SETTLING_MS = 500;
const SETTLING_MS_MAX = 15_000;
const SETTLING_READS_MAX = 30;

/** @param isSettling the status is final, and the steps after it may go on */
export const timelineQuery = (id: string, isSettling = false) =>
  queryOptions({
    queryKey: ['timeline', id],
    queryFn: ({ signal }) => asCustomer((client) => client.getTimeline(id, { signal })),
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      isSettling && data && !isComplete(data.items) && dataUpdateCount < SETTLING_READS_MAX
        ? Math.min(SETTLING_MS_MAX, SETTLING_MS * 1.5 ** dataUpdateCount)
        : false,
  });

/** Whether the newest saga of the order has ended. */
function isComplete(entries: readonly TimelineEntry[]): boolean {
  const last = entries.at(-1);
  const isEnd = ({ saga, step, transition }: TimelineEntry): boolean =>
    saga === last?.saga && step === saga && (transition === 'COMPLETED' || transition === 'COMPENSATED');
  return entries.some(isEnd);
}

const CATEGORIES_FRESH_MS = 5 * 60_000;

export const categoriesQuery = queryOptions({
  queryKey: ['categories'],
  queryFn: ({ signal }) => api.listCategories({ signal }),
  staleTime: CATEGORIES_FRESH_MS,
});
