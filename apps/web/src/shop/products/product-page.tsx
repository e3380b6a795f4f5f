import type { ProductView } from '@doorbuster/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ApiError } from '../../api/client.js';
import { productQuery, salesQuery } from '../../api/queries.js';
import { StockLine } from '../../ui/availability.js';
import { FIELD, PLAIN_LINK, PRIMARY } from '../../ui/classes.js';
import { capitalised, formatMoney } from '../../ui/format.js';
import { LoadError, Notice } from '../../ui/notice.js';
import { Page } from '../../ui/page.js';
import { Picture } from '../../ui/picture.js';
import { Price } from '../../ui/price.js';
import { addToCart } from '../cart/cart.store.js';

const route = getRouteApi('/products/$sku');
const CHOICES_MAX = 10;

export function ProductPage() {
  const { sku } = route.useParams();
  const product = useQuery(productQuery(sku));
  if (product.isPending) return <Page title="Product">{null}</Page>;
  if (!product.data) {
    const isUnknown = product.error instanceof ApiError && product.error.status < 500;
    return (
      <Page title={isUnknown ? 'There is no such product' : 'Product'}>
        {isUnknown ? (
          <Link to="/products" className={PLAIN_LINK}>
            See all products
          </Link>
        ) : (
          <LoadError retry={() => void product.refetch()} />
        )}
      </Page>
    );
  }
  return <Product product={product.data} />;
}

const Product = ({ product }: { product: ProductView }) => (
  <div className="grid gap-6 md:grid-cols-2 md:gap-12">
    <Picture product={product} className="h-64 w-full rounded-box border border-line md:h-auto" />
    <div className="space-y-5">
      <p className="text-sm">
        <Link to="/products" search={{ category: product.category }} className={PLAIN_LINK}>
          {capitalised(product.category)}
        </Link>
      </p>
      <Page title={product.name}>
        <Price now={product.price} isLarge />
        <p className="max-w-prose">{product.description}</p>
        <div role="status">
          <StockLine availability={product.availability} />
        </div>
        <SaleOf sku={product.sku} />
        <AddToCart key={product.sku} product={product} />
      </Page>
    </div>
  </div>
);

function SaleOf({ sku }: { sku: string }) {
  const sale = useQuery(salesQuery).data?.find((each) => each.sku === sku);
  if (!sale) return null;
  return (
    <Notice look="bad" title={`In the flash sale for ${formatMoney(sale.price)}`}>
      <Link to="/sales/$id" params={{ id: sale.id }} className={PLAIN_LINK}>
        Go to the sale
      </Link>
    </Notice>
  );
}

function AddToCart({ product }: { product: ProductView }) {
  const [added, setAdded] = useState(0);
  const available = product.availability?.available ?? CHOICES_MAX;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const quantity = Number(new FormData(event.currentTarget).get('quantity'));
    addToCart({ sku: product.sku, quantity, priceWhenAdded: product.price });
    setAdded((before) => before + quantity);
  };
  return (
    <>
      <form onSubmit={submit} className="flex items-end gap-3">
        <label className="w-24 text-sm font-semibold">
          Quantity
          <select name="quantity" className={`${FIELD} mt-1 font-normal`} disabled={available === 0}>
            {Array.from({ length: Math.max(1, Math.min(CHOICES_MAX, available)) }, (_, i) => (
              <option key={i}>{i + 1}</option>
            ))}
          </select>
        </label>
        <button type="submit" className={`${PRIMARY} grow sm:grow-0`} disabled={available === 0}>
          {available === 0 ? 'Sold out' : 'Add to cart'}
        </button>
      </form>
      <div role="status">
        {added > 0 && (
          <Notice look="good" title={`${added} added to your cart`}>
            <Link to="/cart" className={PLAIN_LINK}>
              Go to the cart
            </Link>
          </Notice>
        )}
      </div>
    </>
  );
}
