import type { ErrorCode, Order } from '@doorbuster/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { ApiError, asCustomer } from '../../api/client.js';
import { orderQuery, productQuery } from '../../api/queries.js';
import { CARD, PLAIN_LINK, PRIMARY, SECONDARY } from '../../ui/classes.js';
import { formatInstant, formatMoney, formatTime, times } from '../../ui/format.js';
import { LoadError, Notice, Spinner } from '../../ui/notice.js';
import { Page } from '../../ui/page.js';
import { LoginFirst } from '../account/login-first.js';
import { refusalText } from '../purchase/refusals.js';
import { reasonCode, storyOf, type Mood, type StoryLine } from './order-story.js';
import { StatusBadge } from './status-badge.js';
import { useLiveOrder } from './use-live-order.js';

const route = getRouteApi('/orders/$id');

export function OrderPage() {
  const { id } = route.useParams();
  return (
    <LoginFirst why="Log in to see this order.">
      {(customerId) => <OrderOf key={`${customerId} ${id}`} id={id} />}
    </LoginFirst>
  );
}

function OrderOf({ id }: { id: string }) {
  const { order, timeline, isLost } = useLiveOrder(id);
  if (order.isPending) return <Page title="Your order">{null}</Page>;
  if (!order.data) {
    const isUnknown = order.error instanceof ApiError && order.error.status < 500;
    return (
      <Page title={isUnknown ? 'There is no such order' : 'Your order'}>
        {isUnknown ? <p>It is not one of yours.</p> : <LoadError retry={() => void order.refetch()} />}
      </Page>
    );
  }
  const story = storyOf(order.data, timeline.data?.items ?? []);
  const trace = timeline.data?.traces.find(({ url }) => url !== null)?.url;
  return (
    <Page title="Your order" aside={<StatusBadge order={order.data} />}>
      <p className="text-sm text-quiet">
        Placed {formatInstant(order.data.createdAt)}. Number <span className="break-all">{id}</span>
      </p>
      <div role="status">
        <Headline order={order.data} />
        {isLost && (
          <Notice look="warn">
            The shop has not answered for a while. Reload the page to see how it goes on.
          </Notice>
        )}
      </div>
      <div className="grid items-start gap-6 md:grid-cols-2">
        <section aria-labelledby="story" className={`space-y-4 p-5 ${CARD}`}>
          <h2 id="story" className="text-lg font-bold">
            What happened
          </h2>
          <Story lines={story} />
          {trace && (
            <p className="text-sm">
              <a href={trace} className={PLAIN_LINK}>
                For the curious: every step behind it
              </a>
            </p>
          )}
        </section>
        <section aria-labelledby="items" className={`space-y-4 p-5 ${CARD}`}>
          <h2 id="items" className="text-lg font-bold">
            Items
          </h2>
          <ul className="space-y-2">
            {order.data.lines.map((line) => (
              <Line key={line.sku} line={line} />
            ))}
            <li className="flex justify-between border-t border-line pt-2 text-lg font-bold tabular-nums">
              <span>Total</span> {formatMoney(order.data.total)}
            </li>
          </ul>
          <CancelOrder order={order.data} />
        </section>
      </div>
    </Page>
  );
}

function Headline({ order }: { order: Order }) {
  if (order.status === 'CONFIRMED' && !order.cancelling)
    return <Notice look="good" title="Thank you. It is yours." />;
  if (order.status !== 'REJECTED') return null;
  const { title, text } = refusalText(reasonCode(order.reason) as ErrorCode);
  return (
    <Notice look="bad" title={title}>
      {text}
    </Notice>
  );
}

const MARKS: Record<Mood, string> = {
  done: 'bg-good',
  busy: 'border-2 border-quiet bg-surface',
  bad: 'bg-accent',
};

const Story = ({ lines }: { lines: readonly StoryLine[] }) => (
  <ol className="ml-1.5 space-y-4 border-l-2 border-line">
    {lines.map(({ at, text, mood }) => (
      <li key={text} className="relative pl-6">
        <span
          aria-hidden="true"
          className={`absolute top-1.5 -left-[7px] size-3 rounded-full ${MARKS[mood]}`}
        />
        <span className="flex flex-wrap justify-between gap-x-4">
          <span className="flex items-center gap-2">
            {text} {mood === 'busy' && <Spinner />}
          </span>
          {mood !== 'busy' && (
            <time dateTime={at} className="text-sm text-quiet tabular-nums">
              {formatTime(at)}
            </time>
          )}
        </span>
      </li>
    ))}
  </ol>
);

function Line({ line: { sku, quantity, unitPrice, saleId } }: { line: Order['lines'][number] }) {
  const product = useQuery({ ...productQuery(sku), refetchInterval: false }).data;
  return (
    <li className="flex justify-between gap-4">
      <span>
        {quantity} ×{' '}
        <Link to="/products/$sku" params={{ sku }} className="text-ink underline-offset-4 hover:underline">
          {product?.name ?? sku}
        </Link>
        {saleId !== undefined && <span className="block text-sm text-accent-text">Flash sale price</span>}
      </span>
      <span className="tabular-nums">{formatMoney(times(unitPrice, quantity))}</span>
    </li>
  );
}

const CANCEL_WAIT_SECONDS = 2;

function CancelOrder({ order }: { order: Order }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => asCustomer((api) => api.cancelOrder(order.id, { waitSeconds: CANCEL_WAIT_SECONDS })),
    onSuccess: ({ body }) => {
      client.setQueryData(orderQuery(order.id).queryKey, body);
      void client.invalidateQueries({ queryKey: ['timeline', order.id] });
    },
  });
  if (order.status !== 'CONFIRMED' || order.cancelling) return null;
  return (
    <>
      <button
        type="button"
        className={`${SECONDARY} w-full`}
        disabled={cancel.isPending}
        onClick={() => dialog.current?.showModal()}
      >
        {cancel.isPending ? 'Cancelling…' : 'Cancel this order'}
      </button>
      <div role="status">
        {cancel.isError && (
          <Notice look="warn" title="The order could not be cancelled">
            {cancel.error instanceof ApiError && cancel.error.status < 500
              ? cancel.error.detail
              : 'The shop did not answer. Trying again is safe.'}
          </Notice>
        )}
      </div>
      <dialog
        ref={dialog}
        aria-labelledby="cancel-title"
        className="m-auto max-w-sm space-y-4 rounded-box border border-line bg-surface p-6 text-ink backdrop:bg-black/50"
      >
        <h2 id="cancel-title" className="text-xl font-bold">
          Cancel this order?
        </h2>
        <p>You get {formatMoney(order.total)} back, and the items go back to the shop.</p>
        <form method="dialog" className="flex flex-wrap gap-3">
          <button type="submit" className={PRIMARY} onClick={() => cancel.mutate()}>
            Yes, cancel it
          </button>
          <button type="submit" className={SECONDARY}>
            Keep it
          </button>
        </form>
      </dialog>
    </>
  );
}
