import { useEffect, useState } from 'react';
import { serverNow } from '../api/server-clock.js';
import { formatInstant, spokenTimeLeft, timeLeft } from './format.js';

const SECOND_MS = 1_000;

/** The server's time in milliseconds since 1970. The component renders again at each full second before `until`. */
export function useServerNow(until: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const left = until - serverNow();
    if (left <= 0) return;
    const timer = setTimeout(() => setNow(serverNow()), left % SECOND_MS || SECOND_MS);
    return () => clearTimeout(timer);
  }, [until, now]);
  return now;
}

/** Days, hours, minutes and seconds until an instant of the server's clock. */
export function Countdown({ to, label }: { to: string; label: string }) {
  const until = Date.parse(to);
  const left = timeLeft(until - useServerNow(until));
  const parts = Object.entries(left).filter(([unit, count]) => unit !== 'days' || count > 0);
  return (
    <div role="timer" aria-label={`${label} ${spokenTimeLeft(left)}, at ${formatInstant(to)}`}>
      <div aria-hidden="true" className="flex gap-2">
        {parts.map(([unit, count]) => (
          <span
            key={unit}
            className="min-w-16 rounded-box border border-line bg-surface px-2 py-2 text-center"
          >
            <span className="block text-2xl leading-tight font-bold tabular-nums">
              {String(count).padStart(2, '0')}
            </span>
            <span className="block text-xs text-quiet">{unit}</span>
          </span>
        ))}
      </div>
    </div>
  );
}
