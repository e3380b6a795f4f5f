import { Link, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { finishLogin } from '../../api/login.js';
import { PLAIN_LINK } from '../../ui/classes.js';
import { Notice, Spinner } from '../../ui/notice.js';
import { Page } from '../../ui/page.js';

/** A code can be exchanged once, and React renders twice in development. */
let finishing: Promise<string> | undefined;

/** Where the provider sends the browser back to. */
export function CallbackPage() {
  const router = useRouter();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    finishing ??= finishLogin(new URLSearchParams(location.search));
    finishing
      .then((returnTo) => router.history.replace(returnTo))
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => (finishing = undefined));
  }, [router]);
  return (
    <Page title="Log in">
      {problem === undefined ? (
        <p className="flex items-center gap-2">
          <Spinner /> One moment…
        </p>
      ) : (
        <div role="alert">
          <Notice look="warn" title="The login did not succeed">
            <p>{problem}</p>
            <Link to="/account" className={PLAIN_LINK}>
              Try again
            </Link>
          </Notice>
        </div>
      )}
    </Page>
  );
}
