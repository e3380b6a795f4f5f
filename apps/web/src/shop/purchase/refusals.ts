import type { ErrorCode } from '@doorbuster/contracts';

export interface RefusalText {
  title: string;
  text: string;
  /** Whether another attempt, with a new key, may end otherwise. */
  mayTryAgain: boolean;
}

type Code = ErrorCode | 'LOGIN_NEEDED';

const TEXTS: Partial<Record<Code, RefusalText>> = {
  OUT_OF_STOCK: {
    title: 'Sold out',
    text: 'All were taken before your order. Nothing was charged. If another payment fails, one may come back.',
    mayTryAgain: true,
  },
  PAYMENT_DECLINED: {
    title: 'Your bank declined the card',
    text: 'Nothing was charged, and the items went back. Choose another card and try again.',
    mayTryAgain: true,
  },
  PAYMENT_TIMEOUT: {
    title: 'Your bank did not answer',
    text: 'Nothing was charged, and the items went back. Choose another card and try again.',
    mayTryAgain: true,
  },
  PURCHASE_LIMIT: {
    title: 'You have reached the limit',
    text: 'You have bought as many as one customer may buy in this sale. Nothing more was charged.',
    mayTryAgain: false,
  },
  SALE_ENDED: { title: 'The sale is over', text: 'Nothing was charged.', mayTryAgain: false },
  UNKNOWN_SALE: { title: 'There is no such sale', text: 'Nothing was charged.', mayTryAgain: false },
  UNKNOWN_SKU: {
    title: 'Something in your order is no longer sold',
    text: 'Nothing was charged. Remove it from the cart and try again.',
    mayTryAgain: true,
  },
  ORDER_CANCELLED: {
    title: 'This order was cancelled',
    text: 'Your money is on its way back.',
    mayTryAgain: true,
  },
  LOGIN_NEEDED: {
    title: 'Please log in again',
    text: 'Your login ended before the order was placed.',
    mayTryAgain: true,
  },
};

/** A refusal in a shopper's words. */
export const refusalText = (code: Code): RefusalText =>
  TEXTS[code] ?? {
    title: 'The order was not accepted',
    text: 'Nothing was charged. Try again in a moment.',
    mayTryAgain: true,
  };
