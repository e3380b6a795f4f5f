import { Link } from '@tanstack/react-router';
import { CARD, FIELD, PLAIN_LINK, PRIMARY } from '../../ui/classes.js';
import { formatMoney, times } from '../../ui/format.js';
import { Notice } from '../../ui/notice.js';
import { Page } from '../../ui/page.js';
import { Picture } from '../../ui/picture.js';
import { QUANTITY_MAX } from './cart-lines.js';
import { setQuantity } from './cart.store.js';
import { usePricedCart, type PricedLine } from './priced-cart.js';

const CHOICES_MAX = 10;

export function CartPage() {
  const { lines, totals, isReady, isLoading } = usePricedCart();
  if (lines.length === 0)
    return (
      <Page title="Your cart">
        <p>Your cart is empty.</p>
        <Link to="/products" className={PRIMARY}>
          Look around
        </Link>
      </Page>
    );
  return (
    <Page title="Your cart">
      <div className="grid items-start gap-6 md:grid-cols-[2fr_1fr]">
        <ul className={`divide-y divide-line ${CARD}`}>
          {lines.map((line) => (
            <CartItem key={line.sku} line={line} />
          ))}
        </ul>
        <section aria-labelledby="summary" className={`space-y-4 p-5 ${CARD}`}>
          <h2 id="summary" className="text-lg font-bold">
            Summary
          </h2>
          {totals.map((total) => (
            <p key={total.currency} className="flex justify-between text-lg font-bold tabular-nums">
              <span>Total</span> {formatMoney(total)}
            </p>
          ))}
          {totals.length > 1 && (
            <Notice look="warn">Prices in two currencies need two orders. Remove some.</Notice>
          )}
          {isReady && totals.length === 1 ? (
            <Link to="/checkout" className={`${PRIMARY} w-full`}>
              Go to checkout
            </Link>
          ) : (
            !isLoading && (
              <Notice look="warn">Change or remove what is not available, then go to checkout.</Notice>
            )
          )}
        </section>
      </div>
    </Page>
  );
}

function CartItem({ line: { sku, quantity, priceWhenAdded, product } }: { line: PricedLine }) {
  const name = product?.name ?? sku;
  const available = product?.availability?.available ?? QUANTITY_MAX;
  const most = Math.max(quantity, Math.min(CHOICES_MAX, available));
  return (
    <li className="flex gap-4 p-4">
      <Picture
        product={product ?? { name, category: '' }}
        className="size-20 shrink-0 rounded-box sm:size-24"
        sizes="6rem"
      />
      <div className="grid grow gap-x-4 gap-y-2 sm:grid-cols-[1fr_auto]">
        <div>
          {product === null ? (
            <span className="font-semibold">{name}</span>
          ) : (
            <Link to="/products/$sku" params={{ sku }} className="font-semibold text-ink hover:underline">
              {name}
            </Link>
          )}
          {product && (
            <p className="text-sm text-quiet tabular-nums">
              {formatMoney(product.price)} each
              {product.price.amount !== priceWhenAdded.amount &&
                `, was ${formatMoney(priceWhenAdded)} when you added it`}
            </p>
          )}
          {product === null && <p className="text-sm font-semibold text-warn">No longer sold</p>}
          {product && quantity > available && (
            <p className="text-sm font-semibold text-warn">
              {available === 0 ? 'Sold out' : `Only ${available} left`}
            </p>
          )}
        </div>
        {product && (
          <p className="font-bold tabular-nums sm:text-right">
            {formatMoney(times(product.price, quantity))}
          </p>
        )}
        <div className="flex items-center gap-4">
          {product !== null && (
            <label className="flex items-center gap-2 text-sm">
              <span className="sr-only">Quantity of {name}</span>
              <select
                value={quantity}
                onChange={({ target }) => setQuantity(sku, Number(target.value))}
                className={`${FIELD} w-20`}
              >
                {Array.from({ length: most }, (_, i) => (
                  <option key={i}>{i + 1}</option>
                ))}
              </select>
            </label>
          )}
          <button type="button" className={`min-h-11 ${PLAIN_LINK}`} onClick={() => setQuantity(sku, 0)}>
            Remove<span className="sr-only"> {name}</span>
          </button>
        </div>
      </div>
    </li>
  );
}
