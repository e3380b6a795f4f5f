const number = new Intl.NumberFormat('en');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const count = (value) => number.format(value);

/** A word in the number that goes with the value. */
export const counted = (value, word) => `${count(value)} ${word}${value === 1 ? '' : 's'}`;

export function duration(us) {
  if (us < 1_000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${digits(us / 1_000)} ms`;
  if (us < 60_000_000) return `${digits(us / 1_000_000)} s`;
  return `${Math.floor(us / 60_000_000)} min ${Math.round((us % 60_000_000) / 1_000_000)} s`;
}

/** Three digits tell enough. */
const digits = (value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

export function time(us) {
  const at = new Date(us / 1_000);
  return `${clock.format(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

export const day = (us) => new Date(us / 1_000).toLocaleDateString('en', { dateStyle: 'medium' });

/** How long ago, roughly. */
export function ago(us) {
  const seconds = Math.max(0, Date.now() / 1_000 - us / 1_000_000);
  if (seconds < 5) return 'just now';
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min ago`;
  return `${Math.round(seconds / 3_600)} h ago`;
}

export const share = (part, whole) => (part === 0 ? '0%' : `${((100 * part) / whole).toFixed(1)}%`);
