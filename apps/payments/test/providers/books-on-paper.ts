import type { BooksQuery, SimulatedEntry } from '../../src/providers/simulated-books.js';

/** The table of the books as a map, for properties that are tried thousands of times. */
export class BooksOnPaper {
  readonly entries = new Map<string, SimulatedEntry>();

  readonly query: BooksQuery = async (_, columns) => {
    const [keys, statuses, amounts, captureKeys, refundKeys, looks] = columns as [
      string[],
      SimulatedEntry['status'][],
      (number | null)[],
      (string | null)[],
      (string | null)[],
      string[],
    ];
    keys.forEach((authorisationKey, i) => {
      const entry: SimulatedEntry = {
        authorisationKey,
        status: statuses[i] ?? 'voided',
        amount: amounts[i] ?? null,
        captureKey: captureKeys[i] ?? null,
        refundKey: refundKeys[i] ?? null,
      };
      const known = this.entries.get(authorisationKey);
      if (!known) this.entries.set(authorisationKey, entry);
      else if (known.status === 'captured' && entry.status === 'refunded') {
        this.entries.set(authorisationKey, { ...known, status: 'refunded', refundKey: entry.refundKey });
      }
    });
    return [...keys, ...looks].flatMap((key) => this.entries.get(key) ?? []);
  };
}
