import type { PlaceOrderBody, SaleView, TestMethod } from '@doorbuster/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { saleQuery } from '../../api/queries.js';
import { useSession } from '../../api/session.js';
import { PRIMARY } from '../../ui/classes.js';
import { formatMoney } from '../../ui/format.js';
import { CardChoice } from '../checkout/card-choice.js';
import { chooseCard, chosenCard, TEST_CARDS } from '../checkout/test-cards.js';
import { PurchaseStatus } from '../purchase/purchase-status.js';
import { refusalText } from '../purchase/refusals.js';
import type { Purchase } from '../purchase/purchase.machine.js';
import { usePurchase } from '../purchase/use-purchase.js';
import type { SalePhase } from './sale-phase.js';

interface BuyInSaleProps {
  sale: SaleView;
  phase: SalePhase;
}

const LARGE = 'w-full min-h-14 text-lg';

export function BuyInSale(props: BuyInSaleProps) {
  const session = useSession();
  const { href } = useLocation();
  if (session) return <BuyAs key={session.customerId} customerId={session.customerId} {...props} />;
  if (props.phase === 'over' || props.phase === 'called-off') return null;
  return (
    <div className="space-y-2">
      <Link to="/account" search={{ returnTo: href }} className={`${PRIMARY} ${LARGE}`}>
        Log in to buy
      </Link>
      {props.phase === 'before' && (
        <p className="text-sm text-quiet">Log in before it opens: then it is one click.</p>
      )}
    </div>
  );
}

function BuyAs({ customerId, sale, phase }: BuyInSaleProps & { customerId: string }) {
  const { purchase, store } = usePurchase(customerId, `sale.${sale.id}`);
  const client = useQueryClient();
  const progress = purchase?.state.name;
  useEffect(() => {
    // The units that are left have changed.
    if (progress === 'paid' || progress === 'refused') void client.invalidateQueries(saleQuery(sale.id));
  }, [client, progress, sale.id]);
  const [card, setCard] = useState(chosenCard);
  const choose = (method: TestMethod): void => {
    chooseCard(method);
    setCard(method);
  };
  const buy = (): void => {
    if (hasEnded(purchase)) store.clear();
    store.start(orderOf(sale, card));
  };
  const isUnderWay = purchase !== undefined && !hasEnded(purchase);
  const canBuy = (phase === 'open' || phase === 'taken') && !isUnderWay && mayBuyAgain(purchase);
  return (
    <div className="space-y-4">
      <div role="status">
        {purchase && (
          <PurchaseStatus state={purchase.state} tryAgain={() => store.apply({ name: 'retried' })} />
        )}
      </div>
      {phase !== 'over' && phase !== 'called-off' && mayBuyAgain(purchase) && (
        <>
          <button
            type="button"
            aria-disabled={!canBuy}
            onClick={canBuy ? buy : undefined}
            className={`${PRIMARY} ${LARGE} aria-disabled:cursor-not-allowed aria-disabled:bg-raised aria-disabled:text-quiet`}
          >
            {labelOf(phase, purchase, formatMoney(sale.price))}
          </button>
          <details className="text-sm">
            <summary className="min-h-11 cursor-pointer py-3">
              Pays with: <strong>{TEST_CARDS[card].name}</strong>{' '}
              <span className="text-accent-text underline">change</span>
            </summary>
            <CardChoice chosen={card} choose={choose} isDisabled={isUnderWay} />
          </details>
        </>
      )}
    </div>
  );
}

const orderOf = ({ id, sku }: SaleView, method: TestMethod): PlaceOrderBody => ({
  items: [{ sku, quantity: 1, saleId: id }],
  payment: { method },
});

const hasEnded = (purchase: Purchase | undefined): boolean =>
  purchase?.state.name === 'paid' || purchase?.state.name === 'refused';

const mayBuyAgain = (purchase: Purchase | undefined): boolean =>
  purchase?.state.name !== 'refused' || refusalText(purchase.state.code).mayTryAgain;

function labelOf(phase: SalePhase, purchase: Purchase | undefined, price: string): string {
  if (phase === 'before') return 'Opens soon';
  if (purchase && !hasEnded(purchase)) return 'Your order is under way';
  if (phase === 'taken') return 'Try for one that comes back';
  return purchase?.state.name === 'paid' ? `Buy another for ${price}` : `Buy now for ${price}`;
}
