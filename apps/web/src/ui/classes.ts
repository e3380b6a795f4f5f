/** Looks of controls, for buttons and for links that look like one. At least 44 px high, for thumbs. */
const CONTROL =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-box px-5 py-2 text-center font-semibold no-underline transition-colors';

export const PRIMARY = `${CONTROL} bg-accent text-on-accent hover:bg-accent-strong disabled:bg-raised disabled:text-quiet`;
export const SECONDARY = `${CONTROL} border border-edge bg-surface text-ink hover:bg-raised disabled:text-quiet`;
export const PLAIN_LINK = 'text-accent-text underline decoration-1 underline-offset-4 hover:decoration-2';
export const FIELD =
  'min-h-11 w-full rounded-box border border-edge bg-surface px-3 py-2 text-base text-ink placeholder:text-quiet';
export const CARD = 'rounded-box border border-line bg-surface';
