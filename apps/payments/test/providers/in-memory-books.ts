import type { SimulatedBookEntry } from '../../src/providers/simulated/simulated-book-entry.entity.js';
import type { BooksQuery } from '../../src/providers/simulated/simulated-books.js';

/** The table of the books as a map, for properties that run thousands of times. */
export class InMemoryBooks {
  readonly entries = new Map<string, Pick<SimulatedBookEntry, keyof SimulatedBookEntry>>();

  readonly query: BooksQuery = async (_, columns) => {
    const [keys, statuses, amounts, captureKeys, refundKeys, reads] = columns as [
      string[],
      SimulatedBookEntry['status'][],
      (number | null)[],
      (string | null)[],
      (string | null)[],
      string[],
    ];
    keys.forEach((authorisationKey, i) => {
      const entry: SimulatedBookEntry = {
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
    return [...keys, ...reads].flatMap((key) => this.entries.get(key) ?? []);
  };
}
