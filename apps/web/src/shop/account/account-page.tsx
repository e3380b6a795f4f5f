import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ApiError } from '../../api/client.js';
import { customerIdOf, logInAs, logInAt, logOut, provider } from '../../api/login.js';
import { useSession, type Session } from '../../api/session.js';
import { FIELD, PRIMARY, SECONDARY } from '../../ui/classes.js';
import { LoadError, Notice } from '../../ui/notice.js';
import { Page } from '../../ui/page.js';
import { ownPath } from './own-path.js';

const route = getRouteApi('/account');

/** Log in, or who is logged in. */
export function AccountPage() {
  const session = useSession();
  const { returnTo = '/' } = route.useSearch();
  return session ? <LoggedIn session={session} /> : <LogIn returnTo={ownPath(returnTo)} />;
}

const LoggedIn = ({ session }: { session: Session }) => (
  <Page title="Your account">
    <p>
      You are logged in as <strong className="break-all">{session.name ?? session.customerId}</strong>.
    </p>
    <p className="flex flex-wrap gap-3">
      <Link to="/orders" className={PRIMARY}>
        Your orders
      </Link>
      <button type="button" className={SECONDARY} onClick={() => void logOut()}>
        Log out
      </button>
    </p>
  </Page>
);

function LogIn({ returnTo }: { returnTo: string }) {
  const found = useQuery({ queryKey: ['login'], queryFn: provider });
  const at = found.data;
  return (
    <Page title="Log in">
      {found.isError && <LoadError retry={() => void found.refetch()} />}
      {at === null && <DevelopmentLogin returnTo={returnTo} />}
      {at && (
        <>
          <p className="max-w-prose">
            You need an account to buy. Registering takes an email address and a password; then you are back
            here.
          </p>
          {isSecureContext ? (
            <button type="button" className={PRIMARY} onClick={() => void logInAt(at, returnTo)}>
              Log in or register
            </button>
          ) : (
            <Notice look="warn" title="Logging in needs a safe connection">
              Open the shop with https, or as localhost on the machine where it runs.
            </Notice>
          )}
        </>
      )}
    </Page>
  );
}

function DevelopmentLogin({ returnTo }: { returnTo: string }) {
  const router = useRouter();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get('name');
    const customerId = customerIdOf(typeof typed === 'string' ? typed : '');
    if (customerId === '') return setProblem('Type a name with at least one letter or digit.');
    setBusy(true);
    try {
      await logInAs(customerId);
      router.history.replace(returnTo);
    } catch (error) {
      setBusy(false);
      setProblem(
        error instanceof ApiError && error.status === 404
          ? 'Logging in is not set up on this shop.'
          : 'The shop did not answer. Try again in a moment.',
      );
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="max-w-sm space-y-4">
      <p className="text-quiet">This is a demonstration: any name will do, and there is no password.</p>
      <div>
        <label htmlFor="name" className="font-semibold">
          Your name
        </label>
        <input
          id="name"
          name="name"
          autoComplete="username"
          maxLength={100}
          required
          aria-invalid={problem !== undefined}
          aria-describedby="name-problem"
          className={`${FIELD} mt-1`}
        />
        <p id="name-problem" role="alert" className="mt-1 text-sm font-semibold text-accent-text">
          {problem}
        </p>
      </div>
      <button type="submit" className={`${PRIMARY} w-full`} disabled={isBusy}>
        Log in
      </button>
    </form>
  );
}
