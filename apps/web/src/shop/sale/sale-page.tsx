import type { Money, ProductView, SaleView } from '@doorbuster/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ApiError } from '../../api/client.js';
import { productQuery, saleQuery } from '../../api/queries.js';
import { PLAIN_LINK } from '../../ui/classes.js';
import { Countdown, useServerNow } from '../../ui/countdown.js';
import { formatInstant } from '../../ui/format.js';
import { LoadError, Notice } from '../../ui/notice.js';
import { Page } from '../../ui/page.js';
import { Picture } from '../../ui/picture.js';
import { Price } from '../../ui/price.js';
import { BuyInSale } from './buy-in-sale.js';
import { phaseOf, type SalePhase } from './sale-phase.js';

const route = getRouteApi('/sales/$id');

export function SalePage() {
  const { id } = route.useParams();
  const sale = useQuery(saleQuery(id));
  const product = useQuery({
    ...productQuery(sale.data?.sku ?? ''),
    enabled: sale.data !== undefined,
    refetchInterval: false,
  }).data;
  if (sale.isPending) return <Page title="Flash sale">{null}</Page>;
  if (!sale.data) {
    const isUnknown = sale.error instanceof ApiError && sale.error.status < 500;
    return (
      <Page title={isUnknown ? 'There is no such sale' : 'Flash sale'}>
        {isUnknown ? (
          <Link to="/" className={PLAIN_LINK}>
            See what is on sale
          </Link>
        ) : (
          <LoadError retry={() => void sale.refetch()} />
        )}
      </Page>
    );
  }
  return <Sale sale={sale.data} product={product} />;
}

function Sale({ sale, product }: { sale: SaleView; product: ProductView | undefined }) {
  const startsAt = Date.parse(sale.startsAt);
  const endsAt = Date.parse(sale.endsAt);
  const beforeEnd = useServerNow(endsAt);
  const phase = phaseOf(sale, Math.max(useServerNow(startsAt), beforeEnd));
  return (
    <div className="grid gap-6 md:grid-cols-2 md:gap-12">
      {product ? (
        <Picture product={product} className="h-40 w-full rounded-box border border-line md:h-auto" />
      ) : (
        <div className="hidden md:block" />
      )}
      <div className="space-y-5">
        <p className="inline-block rounded-full bg-accent px-3 py-1 text-sm font-semibold text-on-accent">
          Flash sale
        </p>
        <Page title={product?.name ?? sale.sku}>
          <Price now={sale.price} before={product?.price} isLarge />
          {product && <p className="max-w-prose">{product.description}</p>}
          <Phase sale={sale} phase={phase} />
          <BuyInSale sale={sale} phase={phase} />
          <OrdinaryPrice sale={sale} product={product} />
        </Page>
      </div>
    </div>
  );
}

function Phase({ sale, phase }: { sale: SaleView; phase: SalePhase }) {
  switch (phase) {
    case 'before':
      return (
        <div className="space-y-2">
          <p className="font-semibold">Opens in</p>
          <Countdown to={sale.startsAt} label="Opens in" />
          <p className="text-sm text-quiet">
            {formatInstant(sale.startsAt)}, by the shop’s clock. {sale.units} at this price, at most{' '}
            {sale.limitPerCustomer} for each customer.
          </p>
        </div>
      );
    case 'open':
    case 'taken':
      return (
        <div className="space-y-3">
          <UnitsLeft sale={sale} />
          <p className="text-sm text-quiet">
            At most {sale.limitPerCustomer} for each customer. Ends {formatInstant(sale.endsAt)}.
          </p>
        </div>
      );
    case 'over':
      return <Notice title="This sale is over">It ended {formatInstant(sale.endsAt)}.</Notice>;
    case 'called-off':
      return <Notice title="This sale does not take place">There was not enough stock for it.</Notice>;
  }
}

function UnitsLeft({ sale: { status, units, unitsLeft } }: { sale: SaleView }) {
  // Until the page has asked again after the start, the figure is the one before it.
  if (unitsLeft === null || status !== 'OPEN') return <p className="font-semibold">Open now</p>;
  const share = Math.round((unitsLeft / units) * 100);
  return (
    <div className="space-y-2">
      <p role="status" className="font-semibold">
        {unitsLeft === 0 ? 'All are taken' : `${unitsLeft} of ${units} left`}
      </p>
      <div aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-raised">
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${share}%` }} />
      </div>
    </div>
  );
}

/** The product is sold outside of the sale, too. */
function OrdinaryPrice({ sale, product }: { sale: SaleView; product: ProductView | undefined }) {
  if (!product || product.availability?.status === 'SOLD_OUT' || isSame(sale.price, product.price))
    return null;
  return (
    <p className="text-sm text-quiet">
      Not in a hurry?{' '}
      <Link to="/products/$sku" params={{ sku: sale.sku }} className={PLAIN_LINK}>
        Buy it at the everyday price
      </Link>
    </p>
  );
}

const isSame = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;
