import type { Money } from '@doorbuster/contracts';

const LOCALE = 'en';
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
  const format = formats.get(currency) ?? new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
  formats.set(currency, format);
  return format;
}

/** `$19.99`. The digits of a currency are those of ISO 4217, as ECMA-402 has them: 1999 JPY is ¥1,999. */
export function formatMoney({ amount, currency }: Money): string {
  const format = formatOf(currency);
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** The price of several units. */
export const times = ({ amount, currency }: Money, quantity: number): Money => ({
  amount: amount * quantity,
  currency,
});

/** How much less `now` is, in whole percent; 0 when it is not less. */
export const percentOff = (before: Money, now: Money): number =>
  before.currency === now.currency && before.amount > 0
    ? Math.max(0, Math.round((1 - now.amount / before.amount) * 100))
    : 0;

export interface TimeLeft {
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}

/** Whole seconds, rounded up: it shows 0 only when the time is over. */
export function timeLeft(ms: number): TimeLeft {
  const left = Math.max(0, Math.ceil(ms / SECOND_MS)) * SECOND_MS;
  return {
    days: Math.floor(left / DAY_MS),
    hours: Math.floor((left % DAY_MS) / HOUR_MS),
    minutes: Math.floor((left % HOUR_MS) / MINUTE_MS),
    seconds: Math.floor((left % MINUTE_MS) / SECOND_MS),
  };
}

/** `2 days 3 hours`, `1 minute 5 seconds`: the two largest units, for people who listen. */
export function spokenTimeLeft(left: TimeLeft): string {
  const units = Object.entries(left)
    .filter(([, count]) => (count as number) > 0)
    .slice(0, 2)
    .map(([unit, count]) => `${count} ${count === 1 ? unit.slice(0, -1) : unit}`);
  return units.join(' ') || '0 seconds';
}

const dayAndTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const timeOfDay = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });

/** In the customer's time zone. */
export const formatInstant = (instant: string): string => dayAndTime.format(new Date(instant));
export const formatTime = (instant: string): string => timeOfDay.format(new Date(instant));

/** `home & garden` becomes `Home & garden`. */
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
