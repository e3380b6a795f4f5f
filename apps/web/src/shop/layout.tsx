import { Link, Outlet, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type FormEvent } from 'react';
import icon from '../icon.svg';
import { useSession } from '../api/session.js';
import { useStore } from '../api/store.js';
import { FIELD, PLAIN_LINK } from '../ui/classes.js';
import { Notice } from '../ui/notice.js';
import { unitsIn } from './cart/cart-lines.js';
import { cart } from './cart/cart.store.js';

const WIDTH = 'mx-auto w-full max-w-6xl px-4 sm:px-6';
const NAV_LINK =
  'inline-flex min-h-11 items-center rounded-box px-2 text-sm font-medium text-ink no-underline hover:bg-raised sm:px-3 sm:text-base';

export const Layout = () => (
  <div className="flex min-h-dvh flex-col">
    <a
      href="#content"
      className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:m-2 focus:rounded-box focus:bg-surface focus:px-4 focus:py-2"
    >
      Skip to the content
    </a>
    <Header />
    <Offline />
    <main id="content" tabIndex={-1} className={`${WIDTH} grow space-y-6 py-6 outline-none sm:py-10`}>
      <Outlet />
    </main>
    <Footer />
  </div>
);

function Header() {
  const session = useSession();
  const units = unitsIn(useStore(cart));
  return (
    <header className="border-b border-line bg-surface">
      <div className={`${WIDTH} flex flex-wrap items-center gap-x-2 gap-y-2 py-3 sm:gap-x-4`}>
        <Link
          to="/"
          className="inline-flex min-h-11 items-center gap-2 text-lg font-bold sm:text-xl tracking-tight text-ink no-underline"
        >
          <img src={icon} alt="" width="28" height="28" />
          Doorbuster
        </Link>
        <nav aria-label="Shop" className="order-2 -mr-2 ml-auto flex items-center sm:order-3">
          <Link to="/cart" className={NAV_LINK}>
            Cart
            {units > 0 && (
              <span className="ml-1.5 rounded-full bg-accent px-1.5 py-0.5 text-xs font-bold text-on-accent tabular-nums">
                {units}
                <span className="sr-only"> {units === 1 ? 'item' : 'items'}</span>
              </span>
            )}
          </Link>
          {session && (
            <Link to="/orders" className={NAV_LINK}>
              Orders
            </Link>
          )}
          <Link to="/account" className={NAV_LINK}>
            {session ? 'Account' : 'Log in'}
          </Link>
        </nav>
        <SearchForm />
      </div>
    </header>
  );
}

function SearchForm() {
  const navigate = useNavigate();
  const { q = '' } = useSearch({ strict: false });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get('q');
    const asked = typeof text === 'string' ? text.trim().slice(0, 200) : '';
    void navigate({ to: '/products', search: asked === '' ? {} : { q: asked } });
  };
  return (
    <form role="search" onSubmit={submit} className="order-3 w-full sm:order-2 sm:w-auto sm:max-w-sm sm:grow">
      <input
        key={q}
        type="search"
        name="q"
        defaultValue={q}
        maxLength={200}
        placeholder="Search the shop"
        aria-label="Search the shop"
        className={FIELD}
      />
    </form>
  );
}

function Offline() {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = (): void => setOnline(navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  return (
    <div role="status" className={WIDTH}>
      {!isOnline && (
        <div className="pt-4">
          <Notice look="warn" title="You are offline">
            The shop goes on by itself when you are back.
          </Notice>
        </div>
      )}
    </div>
  );
}

const Footer = () => (
  <footer className="border-t border-line">
    <div className={`${WIDTH} flex flex-wrap gap-x-6 gap-y-2 py-6 text-sm text-quiet`}>
      <p className="grow">A demonstration shop. Nothing is delivered, and no card is charged.</p>
      <a href="/about" className={PLAIN_LINK}>
        What runs here
      </a>
      <a href="/docs" className={PLAIN_LINK}>
        API reference
      </a>
    </div>
  </footer>
);
