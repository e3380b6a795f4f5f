import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../../api/session.js';
import { PRIMARY } from '../../ui/classes.js';

/** What a customer sees after the login, and before it a link to it. */
export function LoginFirst({ why, children }: { why: string; children: (customerId: string) => ReactNode }) {
  const session = useSession();
  const { href } = useLocation();
  if (session) return children(session.customerId);
  return (
    <div className="space-y-4">
      <p>{why}</p>
      <Link to="/account" search={{ returnTo: href }} className={PRIMARY}>
        Log in
      </Link>
    </div>
  );
}
