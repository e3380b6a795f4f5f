import { expect, it } from 'vitest';
import { halfSipHash } from '../../src/sold-out/half-sip-hash.js';

/** The key and the 64-bit vectors of the reference implementation: the bytes 0, 1, 2 and so on, an even number of them. */
const KEY = [0x03020100, 0x07060504] as const;
const VECTORS = ['218d1f59b9b83cc8', '064f39ef7c50eb57', 'd5e78a175be52ea1', 'ce3e91358aa2bc25'];

it('HalfSipHash has the hashes of the reference implementation', () => {
  const hashes = VECTORS.map((_, units) => {
    const text = Buffer.from(Array.from({ length: 2 * units }, (_byte, i) => i)).toString('utf16le');
    return Buffer.from(Uint32Array.from(halfSipHash(KEY, text)).buffer).toString('hex');
  });
  expect(hashes).toEqual(VECTORS);
});
