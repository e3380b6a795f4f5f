import type { Order } from '@doorbuster/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ordersQuery } from '../../api/queries.js';
import { CARD, PRIMARY, SECONDARY } from '../../ui/classes.js';
import { formatInstant, formatMoney } from '../../ui/format.js';
import { LoadError } from '../../ui/notice.js';
import { Page } from '../../ui/page.js';
import { LoginFirst } from '../account/login-first.js';
import { StatusBadge } from './status-badge.js';

export const OrdersPage = () => (
  <Page title="Your orders">
    <LoginFirst why="Log in to see your orders.">
      {(customerId) => <OrdersOf customerId={customerId} />}
    </LoginFirst>
  </Page>
);

function OrdersOf({ customerId }: { customerId: string }) {
  const orders = useInfiniteQuery(ordersQuery(customerId));
  if (orders.isError) return <LoadError retry={() => void orders.refetch()} />;
  if (orders.isPending) return <div aria-hidden="true" className={`h-40 ${CARD}`} />;
  const placed = orders.data.pages.flatMap(({ items }) => items);
  if (placed.length === 0)
    return (
      <>
        <p>You have not ordered anything yet.</p>
        <Link to="/products" className={PRIMARY}>
          Look around
        </Link>
      </>
    );
  return (
    <>
      <ul className={`divide-y divide-line ${CARD}`}>
        {placed.map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </ul>
      {orders.hasNextPage && (
        <button
          type="button"
          className={SECONDARY}
          disabled={orders.isFetchingNextPage}
          onClick={() => void orders.fetchNextPage()}
        >
          {orders.isFetchingNextPage ? 'Loading…' : 'Show older orders'}
        </button>
      )}
    </>
  );
}

const OrderRow = ({ order }: { order: Order }) => (
  <li className="relative flex flex-wrap items-center justify-between gap-x-6 gap-y-2 p-4 hover:bg-raised">
    <div>
      <Link
        to="/orders/$id"
        params={{ id: order.id }}
        className="font-semibold text-ink no-underline after:absolute after:inset-0 hover:underline"
      >
        {formatInstant(order.createdAt)}
      </Link>
      <p className="text-sm text-quiet">
        {order.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ')}
      </p>
    </div>
    <div className="flex items-center gap-4">
      <span className="font-semibold tabular-nums">{formatMoney(order.total)}</span>
      <StatusBadge order={order} />
    </div>
  </li>
);
