import { hash } from 'node:crypto';

/** 2 MiB; with a million requests one in five hundred is taken for known although it is not. */
const BITS_LOG2 = 24;
const PROBES = [0, 4, 8, 12] as const;

/**
 * Remembers requests in constant memory (a Bloom filter): it never forgets one within `retentionMs`, and the fuller it
 * is, the more others it takes for known.
 */
export class RequestFilter {
  private current = new Uint8Array(2 ** (BITS_LOG2 - 3));
  private previous: Uint8Array | undefined;
  private startedAt: number;

  constructor(
    private readonly retentionMs: number,
    private readonly now: () => number,
  ) {
    this.startedAt = now();
  }

  add(customerId: string, idempotencyKey: string): void {
    this.turn();
    for (const bit of bitsOf(customerId, idempotencyKey)) {
      this.current[bit >>> 3] = (this.current[bit >>> 3] ?? 0) | (1 << (bit & 7));
    }
  }

  mayHave(customerId: string, idempotencyKey: string): boolean {
    const bits = bitsOf(customerId, idempotencyKey);
    return [this.current, this.previous].some((filter) =>
      bits.every((bit) => ((filter?.[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0),
    );
  }

  /** Each half is written for as long as it has to be kept, and kept as long again. */
  private turn(): void {
    if (this.now() - this.startedAt < this.retentionMs) return;
    this.previous = this.current;
    this.current = new Uint8Array(this.current.length);
    this.startedAt = this.now();
  }
}

function bitsOf(customerId: string, idempotencyKey: string): number[] {
  const digest = hash('sha1', `${customerId}\n${idempotencyKey}`, 'buffer');
  return PROBES.map((offset) => digest.readUInt32LE(offset) >>> (32 - BITS_LOG2));
}
