/** Two unsigned 32-bit numbers: a key, or a hash. */
export type Words = readonly [number, number];

/**
 * HalfSipHash-2-4 of the UTF-16 code units of `text`, https://github.com/veorq/SipHash. Without the key one cannot make
 * texts that have the same hash. It takes a tenth of the time of a hash of `node:crypto`, which is a native call.
 */
export function halfSipHash(key: Words, text: string): Words {
  const state = new State(key);
  const { length } = text;
  for (let i = 0; i + 1 < length; i += 2) state.compress(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
  state.compress((length % 2 === 0 ? 0 : text.charCodeAt(length - 1)) | (length << 25));
  return state.finish();
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** Named as in the paper. */
class State {
  private v0: number;
  private v1: number;
  private v2: number;
  private v3: number;

  constructor([k0, k1]: Words) {
    this.v0 = k0;
    this.v1 = k1 ^ 0xee;
    this.v2 = k0 ^ 0x6c796765;
    this.v3 = k1 ^ 0x74656462;
  }

  compress(word: number): void {
    this.v3 ^= word;
    this.sipRounds(2);
    this.v0 ^= word;
  }

  finish(): Words {
    this.v2 ^= 0xee;
    this.sipRounds(4);
    const low = (this.v1 ^ this.v3) >>> 0;
    this.v1 ^= 0xdd;
    this.sipRounds(4);
    return [low, (this.v1 ^ this.v3) >>> 0];
  }

  private sipRounds(count: number): void {
    let { v0, v1, v2, v3 } = this;
    for (let i = 0; i < count; i += 1) {
      v0 = (v0 + v1) | 0;
      v1 = rotate(v1, 5) ^ v0;
      v0 = rotate(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotate(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotate(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotate(v1, 13) ^ v2;
      v2 = rotate(v2, 16);
    }
    this.v0 = v0;
    this.v1 = v1;
    this.v2 = v2;
    this.v3 = v3;
  }
}
