import { useEffect, useRef, type ReactNode } from 'react';

/** Whether a page was shown before: the first one keeps the browser's focus. */
let isFirst = true;

/**
 * A page with its title. After a navigation its heading has the focus, so that people who listen hear where they are and
 * the next Tab goes on from there.
 */
export function Page({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Doorbuster`;
  }, [title]);
  useEffect(() => {
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <h1 ref={heading} tabIndex={-1} className="text-3xl font-bold outline-none sm:text-4xl">
          {title}
        </h1>
        {aside}
      </div>
      {children}
    </>
  );
}
