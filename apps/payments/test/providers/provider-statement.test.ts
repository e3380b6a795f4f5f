import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CaptureRequest } from '../../src/providers/payment-provider.js';
import { statementIn } from '../../src/providers/simulated/provider-statement.js';
import { SimulatedProvider } from '../../src/providers/simulated/simulated-provider.js';
import { startBooks, type BooksTable } from './books-table.js';

const { signal } = new AbortController();
let charge: { reference: string; key: string; amount: number };
let request: CaptureRequest;
let table: BooksTable;
beforeAll(async () => {
  table = await startBooks();
});
afterAll(() => table.dispose());

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'statement-'));
  file = path.join(directory, 'statement.jsonl');
  writeFileSync(file, '');
  charge = { reference: `sim/pm_card_visa/${randomUUID()}:authorise`, key: 'order:capture', amount: 1_999 };
  request = { ...charge, amount: { amount: charge.amount, currency: 'USD' } };
});
afterEach(() => rmSync(directory, { recursive: true }));

const lines = (): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

it('contains each answered charge, with the same line each time, and no refused one', async () => {
  const provider = new SimulatedProvider(await table.open(), statementIn(file));
  await provider.capture(request, signal);
  await provider.capture(request, signal);
  expect(await provider.capture({ ...request, key: 'other' }, signal)).toMatchObject({ outcome: 'refused' });
  expect(lines()).toEqual([charge, charge]);
});

it('continues after a restart', async () => {
  await new SimulatedProvider(await table.open(), statementIn(file)).capture(request, signal);
  const other = { ...charge, reference: `sim/pm_card_visa/${randomUUID()}:authorise` };
  const restarted = new SimulatedProvider(await table.open(), statementIn(file));
  await restarted.capture({ ...request, reference: other.reference }, signal);
  expect(lines()).toEqual([charge, other]);
});

it('contains the charge of a replica that was killed before it wrote the line, after the next call', async () => {
  const books = await table.open();
  const killed = new SimulatedProvider(books, () => {
    throw new Error('killed');
  });
  await expect(killed.capture(request, signal)).rejects.toThrow('killed');
  expect(lines()).toEqual([]);
  const another = new SimulatedProvider(await table.open(), statementIn(file));
  expect(await another.capture(request, signal)).toEqual({ outcome: 'captured' });
  expect(lines()).toEqual([charge]);
});
