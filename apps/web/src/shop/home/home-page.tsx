import type { SaleView } from '@doorbuster/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { productQuery, productsQuery, salesQuery } from '../../api/queries.js';
import { PRIMARY, SECONDARY } from '../../ui/classes.js';
import { Countdown, useServerNow } from '../../ui/countdown.js';
import { formatInstant } from '../../ui/format.js';
import { LoadError } from '../../ui/notice.js';
import { Picture } from '../../ui/picture.js';
import { Price } from '../../ui/price.js';
import { Categories } from '../products/categories.js';
import { ProductGrid, ProductGridSkeleton } from '../products/product-card.js';

export function HomePage() {
  const sales = useQuery(salesQuery);
  const products = useInfiniteQuery(productsQuery({}));
  const [next, ...later] = sales.data ?? [];
  useEffect(() => {
    document.title = 'Doorbuster';
  }, []);
  return (
    <>
      <h1 className="sr-only">Doorbuster</h1>
      {sales.isPending ? (
        <div aria-hidden="true" className="h-72 rounded-box bg-raised" />
      ) : next ? (
        <NextSale sale={next} />
      ) : (
        <NoSale />
      )}
      {later.length > 0 && <LaterSales sales={later} />}
      <section aria-labelledby="products" className="space-y-5 pt-4">
        <h2 id="products" className="text-2xl font-bold">
          In the shop
        </h2>
        <Categories current={null} />
        {products.isError ? (
          <LoadError retry={() => void products.refetch()} />
        ) : products.data ? (
          <ProductGrid products={products.data.pages.flatMap(({ items }) => items)} />
        ) : (
          <ProductGridSkeleton />
        )}
        {products.hasNextPage && (
          <Link to="/products" className={SECONDARY}>
            See all products
          </Link>
        )}
      </section>
    </>
  );
}

function NextSale({ sale }: { sale: SaleView }) {
  const product = useQuery({ ...productQuery(sale.sku), refetchInterval: false }).data;
  const startsAt = Date.parse(sale.startsAt);
  const isOpen = useServerNow(startsAt) >= startsAt;
  const name = product?.name ?? sale.sku;
  return (
    <section
      aria-labelledby="next-sale"
      className="grid overflow-hidden rounded-box border border-line bg-accent-soft md:grid-cols-[3fr_2fr]"
    >
      <div className="flex flex-col items-start justify-center gap-5 p-6 sm:p-10">
        <p className="rounded-full bg-accent px-3 py-1 text-sm font-semibold text-on-accent">
          {isOpen ? 'Flash sale, open now' : 'Next flash sale'}
        </p>
        <h2 id="next-sale" className="text-3xl font-bold sm:text-4xl">
          {name}
        </h2>
        <Price now={sale.price} before={product?.price} isLarge />
        <p className="text-quiet">{unitsLine(sale, isOpen)}</p>
        <div className="space-y-2">
          <p className="font-semibold">{isOpen ? 'Ends in' : 'Opens in'}</p>
          <Countdown
            key={String(isOpen)}
            to={isOpen ? sale.endsAt : sale.startsAt}
            label={isOpen ? 'Ends in' : 'Opens in'}
          />
        </div>
        <Link to="/sales/$id" params={{ id: sale.id }} className={`${PRIMARY} w-full sm:w-auto`}>
          {isOpen ? 'Buy in the sale' : 'Go to the sale'}
        </Link>
      </div>
      {product && <Picture product={product} className="hidden bg-transparent md:flex" />}
    </section>
  );
}

function unitsLine({ units, unitsLeft, limitPerCustomer }: SaleView, isOpen: boolean): string {
  const limit = `At most ${limitPerCustomer} for each customer.`;
  if (!isOpen || unitsLeft === null) return `${units} at this price. ${limit}`;
  return unitsLeft === 0
    ? 'All are taken. Some may come back when a payment fails.'
    : `${unitsLeft} of ${units} left. ${limit}`;
}

const NoSale = () => (
  <section
    aria-labelledby="no-sale"
    className="space-y-3 rounded-box border border-line bg-accent-soft p-6 sm:p-10"
  >
    <h2 id="no-sale" className="text-3xl font-bold sm:text-4xl">
      Ready for the rush
    </h2>
    <p className="max-w-prose text-quiet">
      No flash sale is planned at the moment. Everything below is in stock at its everyday price.
    </p>
  </section>
);

const LaterSales = ({ sales }: { sales: readonly SaleView[] }) => (
  <section aria-labelledby="later" className="space-y-3">
    <h2 id="later" className="text-2xl font-bold">
      More sales
    </h2>
    <ul className="grid gap-3 md:grid-cols-2">
      {sales.slice(0, 6).map((sale) => (
        <LaterSale key={sale.id} sale={sale} />
      ))}
    </ul>
  </section>
);

function LaterSale({ sale }: { sale: SaleView }) {
  const product = useQuery({ ...productQuery(sale.sku), refetchInterval: false }).data;
  return (
    <li className="relative flex items-center gap-4 overflow-hidden rounded-box border border-line bg-surface pr-4 hover:border-edge">
      <Picture product={product ?? { name: '', category: '' }} className="w-24 shrink-0" sizes="6rem" />
      <div className="min-w-0 py-2">
        <Link
          to="/sales/$id"
          params={{ id: sale.id }}
          className="font-semibold text-ink no-underline after:absolute after:inset-0 hover:underline"
        >
          {product?.name ?? sale.sku}
        </Link>
        <Price now={sale.price} before={product?.price} />
        <p className="text-sm text-quiet">
          {sale.status === 'OPEN' ? 'Open now' : `Starts ${formatInstant(sale.startsAt)}`}
        </p>
      </div>
    </li>
  );
}
