import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { PLAIN_LINK, SECONDARY } from '../../ui/classes.js';
import { Notice, Spinner } from '../../ui/notice.js';
import type { PurchaseState, WaitReason } from './purchase.machine.js';
import { refusalText } from './refusals.js';

const WAITS: Record<WaitReason, { title: string; text: string }> = {
  opening: {
    title: 'The sale is opening',
    text: 'You clicked in time. Your order goes in the moment it opens.',
  },
  busy: { title: 'The shop is very busy', text: 'Your order is kept and sent again by itself.' },
  unreachable: {
    title: 'No answer yet',
    text: 'Your order is kept and sent again by itself. It can only be placed once.',
  },
  offline: { title: 'You are offline', text: 'Your order is kept here and sent as soon as you are back.' },
};

interface PurchaseStatusProps {
  state: PurchaseState;
  tryAgain: () => void;
}

/** What has become of a purchase, said as it is. */
export function PurchaseStatus({ state, tryAgain }: PurchaseStatusProps) {
  switch (state.name) {
    case 'placing':
      return (
        <Notice title={<Busy>Placing your order…</Busy>}>
          <p>You can reload or close this page: the order is placed once.</p>
        </Notice>
      );
    case 'waiting':
      return (
        <Notice look="warn" title={<Busy>{WAITS[state.why].title}</Busy>}>
          <p>{WAITS[state.why].text}</p>
          {state.why !== 'opening' && state.why !== 'offline' && (
            <NextTry at={state.until} attempt={state.attempt} />
          )}
        </Notice>
      );
    case 'stuck':
      return (
        <Notice look="warn" title="The shop did not answer for a while">
          <p>Your order may or may not be placed. Trying again is safe: it is placed once.</p>
          <button type="button" className={SECONDARY} onClick={tryAgain}>
            Try again
          </button>
        </Notice>
      );
    case 'placed':
      return (
        <Notice title={<Busy>Your order is placed. Waiting for stock and payment…</Busy>}>
          <OrderLink id={state.orderId} />
        </Notice>
      );
    case 'paid':
      return (
        <Notice look="good" title="It is yours. The payment is accepted.">
          <OrderLink id={state.orderId} />
        </Notice>
      );
    case 'refused': {
      const { title, text } = refusalText(state.code);
      return (
        <Notice look="bad" title={title}>
          <p>{text}</p>
          {state.orderId !== undefined && <OrderLink id={state.orderId} />}
        </Notice>
      );
    }
  }
}

const Busy = ({ children }: { children: ReactNode }) => (
  <span className="flex items-center gap-2">
    <Spinner />
    {children}
  </span>
);

const OrderLink = ({ id }: { id: string }) => (
  <Link to="/orders/$id" params={{ id }} className={PLAIN_LINK}>
    Follow the order
  </Link>
);

const SECOND_MS = 1_000;

/** Not read out each second: the notice around it says that it goes on by itself. */
function NextTry({ at, attempt }: { at: number; attempt: number }) {
  const secondsLeft = (): number => Math.max(0, Math.ceil((at - Date.now()) / SECOND_MS));
  const [seconds, setSeconds] = useState(secondsLeft);
  useEffect(() => {
    setSeconds(secondsLeft());
    const timer = setInterval(() => setSeconds(secondsLeft()), SECOND_MS);
    return () => clearInterval(timer);
  }, [at]);
  return (
    <p aria-hidden="true" className="text-sm text-quiet tabular-nums">
      Attempt {attempt} had no success. Next one in {seconds} s.
    </p>
  );
}
