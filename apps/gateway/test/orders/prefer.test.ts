import { describe, expect, it } from 'vitest';
import { preferredWaitSeconds } from '../../src/orders/orders.controller.js';

describe('Prefer: wait', () => {
  it.each([
    ['wait=10', 10],
    ['wait=0', 0],
    ['WAIT = 7', 7],
    ['wait="7"', 7],
    ['respond-async, wait=10', 10],
    ['wait=5; foo=bar, handling=lenient', 5],
    ['wait=3, wait=9', 3],
    ['wait=600', 30],
    ['wait=99999999999999999999', undefined],
    ['wait=-1', undefined],
    ['wait=1.5', undefined],
    ['wait', undefined],
    ['waiting=5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('in %j is %j seconds', (header, seconds) => {
    expect(preferredWaitSeconds(header)).toBe(seconds);
  });
});
