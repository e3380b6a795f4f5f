import type { ReactNode } from 'react';

const LOOKS = {
  info: 'border-line bg-raised',
  good: 'border-good bg-good-soft',
  warn: 'border-warn bg-warn-soft',
  bad: 'border-accent-text bg-accent-soft',
} as const;

/** A message in a box. Put it in a `role="status"` element when it appears by itself. */
export const Notice = ({
  look = 'info',
  title,
  children,
}: {
  look?: keyof typeof LOOKS;
  title?: ReactNode;
  children?: ReactNode;
}) => (
  <div className={`rounded-box border px-4 py-3 ${LOOKS[look]}`}>
    {title !== undefined && <p className="font-semibold">{title}</p>}
    {children !== undefined && <div className="space-y-2">{children}</div>}
  </div>
);

export const Spinner = () => (
  <span
    aria-hidden="true"
    className="inline-block size-4 shrink-0 animate-spin rounded-full border-2 border-current border-r-transparent"
  />
);

/** Where a page or a part of it could not be loaded. */
export const LoadError = ({ retry }: { retry: () => void }) => (
  <div role="alert">
    <Notice look="warn" title="The shop did not answer">
      <p>It may be busy, or you may be offline.</p>
      <button type="button" className="font-semibold underline underline-offset-4" onClick={retry}>
        Try again
      </button>
    </Notice>
  </div>
);
