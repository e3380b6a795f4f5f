/** When a key begins to sign, in milliseconds since 1970. It signs until the next one begins. */
export interface KeyTime {
  kid: string;
  signsFrom: number;
}

export interface KeyTerms {
  /** A key signs for this long. */
  periodMs: number;
  /** A key is in the key set for this long before it signs, so that every cache of the set has it. */
  leadMs: number;
  /** A key stays in the key set for this long after it has signed: the life of its last token, and the delay of a replica. */
  overlapMs: number;
}

export interface KeyPlan {
  /** When the key that is to be made begins to sign. */
  nextSignsFrom: number | undefined;
  /** Keys whose last token has expired. */
  expired: string[];
}

/** What is to be done with these keys at `now`. @param keys in the order in which they sign */
export function planKeys(keys: readonly KeyTime[], now: number, terms: KeyTerms): KeyPlan {
  const newest = keys.at(-1);
  const expired = keys.filter((_, index) => {
    const next = keys[index + 1];
    return next !== undefined && next.signsFrom + terms.overlapMs <= now;
  });
  return { nextSignsFrom: nextStart(newest, now, terms), expired: expired.map(({ kid }) => kid) };
}

function nextStart(
  newest: KeyTime | undefined,
  now: number,
  { periodMs, leadMs }: KeyTerms,
): number | undefined {
  if (newest === undefined) return now;
  const endsAt = newest.signsFrom + periodMs;
  if (endsAt - leadMs > now) return undefined;
  // After a long stop of the service the newest key signs a little longer.
  return Math.max(endsAt, now + leadMs);
}

/** The key that signs at `now`: the last one that has begun. */
export const signingKeyAt = <T extends KeyTime>(keys: readonly T[], now: number): T | undefined =>
  keys.findLast(({ signsFrom }) => signsFrom <= now);
