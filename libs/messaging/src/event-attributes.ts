import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const ID_BYTES = 16;
const pool = Buffer.alloc(256 * ID_BYTES);
let used = pool.length;

/** UUIDv7. A system call fills the pool for 256 ids: a call for each id costs more than the JSON of the event. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + ID_BYTES);
  used += ID_BYTES;
  return uuidv7({ random });
}

let formattedMs = 0;
let formatted = '';

/** The current time in ISO 8601. It is formatted once in a millisecond. */
export function timeNow(): string {
  const now = Date.now();
  if (now !== formattedMs) {
    formatted = new Date(now).toISOString();
    formattedMs = now;
  }
  return formatted;
}
