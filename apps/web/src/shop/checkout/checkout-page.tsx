import type { PlaceOrderBody, TestMethod } from '@doorbuster/contracts';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { CARD, PLAIN_LINK, PRIMARY } from '../../ui/classes.js';
import { formatMoney, times } from '../../ui/format.js';
import { Page } from '../../ui/page.js';
import { LoginFirst } from '../account/login-first.js';
import { removeBought } from '../cart/cart.store.js';
import { usePricedCart, type PricedCart } from '../cart/priced-cart.js';
import { PurchaseStatus } from '../purchase/purchase-status.js';
import { usePurchase } from '../purchase/use-purchase.js';
import { CardChoice } from './card-choice.js';
import { chooseCard, chosenCard } from './test-cards.js';

export const CheckoutPage = () => (
  <Page title="Checkout">
    <LoginFirst why="Log in to pay. Your cart stays as it is.">
      {(customerId) => <CheckoutOf key={customerId} customerId={customerId} />}
    </LoginFirst>
  </Page>
);

function CheckoutOf({ customerId }: { customerId: string }) {
  const cart = usePricedCart();
  const { purchase, store } = usePurchase(customerId, 'cart');
  const [card, setCard] = useState(chosenCard);
  const navigate = useNavigate();
  const state = purchase?.state;
  useEffect(() => {
    if (!purchase || (state?.name !== 'placed' && state?.name !== 'paid')) return;
    removeBought(purchase.body.items);
    store.clear();
    void navigate({ to: '/orders/$id', params: { id: state.orderId }, replace: true });
  }, [purchase, state, store, navigate]);
  const isUnderWay = state !== undefined && state.name !== 'refused';
  if (cart.lines.length === 0 && !isUnderWay)
    return (
      <p>
        Your cart is empty.{' '}
        <Link to="/products" className={PLAIN_LINK}>
          Look around
        </Link>
      </p>
    );
  const choose = (method: TestMethod): void => {
    chooseCard(method);
    setCard(method);
  };
  const pay = (): void => {
    if (state?.name === 'refused') store.clear();
    store.start(orderOf(cart, card));
  };
  const total = cart.totals.length === 1 ? cart.totals[0] : undefined;
  const canPay = cart.isReady && total !== undefined && !isUnderWay;
  return (
    <div className="grid items-start gap-6 md:grid-cols-[3fr_2fr]">
      <CardChoice chosen={card} choose={choose} isDisabled={isUnderWay} />
      <section aria-labelledby="order" className={`space-y-4 p-5 ${CARD}`}>
        <h2 id="order" className="text-lg font-bold">
          Your order
        </h2>
        <CheckoutLines cart={cart} />
        <div role="status">
          {state && <PurchaseStatus state={state} tryAgain={() => store.apply({ name: 'retried' })} />}
        </div>
        <button
          type="button"
          aria-disabled={!canPay}
          onClick={canPay ? pay : undefined}
          className={`${PRIMARY} min-h-14 w-full text-lg aria-disabled:cursor-not-allowed aria-disabled:bg-raised aria-disabled:text-quiet`}
        >
          {isUnderWay ? 'Your order is under way' : total ? `Pay ${formatMoney(total)}` : 'Pay'}
        </button>
        <p className="text-sm text-quiet">
          You can cancel on the order’s page, and get the money back.{' '}
          <Link to="/cart" className={PLAIN_LINK}>
            Change the cart
          </Link>
        </p>
      </section>
    </div>
  );
}

const orderOf = ({ lines }: PricedCart, method: TestMethod): PlaceOrderBody => ({
  items: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  payment: { method },
});

const CheckoutLines = ({ cart }: { cart: PricedCart }) => (
  <ul className="space-y-2">
    {cart.lines.map(({ sku, quantity, product }) => (
      <li key={sku} className="flex justify-between gap-4">
        <span>
          {quantity} × {product?.name ?? sku}
        </span>
        {product && <span className="tabular-nums">{formatMoney(times(product.price, quantity))}</span>}
      </li>
    ))}
    {cart.totals.map((total) => (
      <li
        key={total.currency}
        className="flex justify-between border-t border-line pt-2 text-lg font-bold tabular-nums"
      >
        <span>Total</span> {formatMoney(total)}
      </li>
    ))}
  </ul>
);
