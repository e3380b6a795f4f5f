import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planKeys, signingKeyAt, type KeyTerms, type KeyTime } from '../../src/keys/key-schedule.js';

const TERMS: KeyTerms = { periodMs: 1_000, leadMs: 250, overlapMs: 400 };

it('the first key signs at once', () => {
  expect(planKeys([], 5_000, TERMS)).toEqual({ nextSignsFrom: 5_000, expired: [] });
});

it('the next key is published before it signs', () => {
  const keys = [{ kid: 'a', signsFrom: 0 }];
  expect(planKeys(keys, 749, TERMS).nextSignsFrom).toBeUndefined();
  expect(planKeys(keys, 750, TERMS).nextSignsFrom).toBe(1_000);
});

it('after a long stop the next key is still published before it signs', () => {
  expect(planKeys([{ kid: 'a', signsFrom: 0 }], 60_000, TERMS).nextSignsFrom).toBe(60_250);
});

it('a key stays until its last token has expired', () => {
  const keys = [
    { kid: 'a', signsFrom: 0 },
    { kid: 'b', signsFrom: 1_000 },
  ];
  expect(planKeys(keys, 1_399, TERMS).expired).toEqual([]);
  expect(planKeys(keys, 1_400, TERMS).expired).toEqual(['a']);
});

it('whenever a replica looks, one key signs, and the key of each valid token is in the set', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(steps, (pauses) => {
      let now = 0;
      let keys: KeyTime[] = [];
      let signed: { kid: string; until: number }[] = [];
      for (const pause of pauses) {
        now += pause;
        const { nextSignsFrom, expired } = planKeys(keys, now, TERMS);
        keys = keys.filter(({ kid }) => !expired.includes(kid));
        if (nextSignsFrom !== undefined) keys.push({ kid: `at ${nextSignsFrom}`, signsFrom: nextSignsFrom });
        const signing = signingKeyAt(keys, now);
        expect(signing).toBeDefined();
        signed = signed.filter(({ until }) => until > now);
        for (const { kid } of signed) expect(keys.map((key) => key.kid)).toContain(kid);
        if (signing) signed.push({ kid: signing.kid, until: now + TERMS.overlapMs });
      }
    }),
  );
});
