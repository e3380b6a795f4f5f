import type { StockLine } from '@doorbuster/contracts';
import type { Refusal } from './reservation.js';

export type StockCommand =
  | { kind: 'reserve'; orderId: string; lines: readonly StockLine[] }
  | { kind: 'commit' | 'release' | 'restock'; orderId: string }
  /** The clock's own command, which nobody waits for an answer to. */
  | { kind: 'expire'; orderId: string };

/** What the sender of a command is told; the same command again is told the same again. */
export type Answer =
  | { kind: 'reserved'; orderId: string; expiresAt: Date }
  | ({ kind: 'refused' | 'commit-refused'; orderId: string } & Refusal)
  | { kind: 'committed' | 'released' | 'restocked'; orderId: string };
