import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { statementIn } from '../../src/providers/provider-statement.js';
import { SimulatedProvider } from '../../src/providers/simulated-provider.js';

const { signal } = new AbortController();
const charge = { reference: 'sim/pm_card_visa/order:authorise', key: 'order:capture', amount: 1_999 };
const request = { ...charge, amount: { amount: charge.amount, currency: 'USD' } };

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'statement-'));
  file = path.join(directory, 'statement.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true }));

const lines = (): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

it('has a charge once, however often it is asked for, and none that was refused', async () => {
  const provider = new SimulatedProvider(statementIn(file));
  await provider.capture(request, signal);
  await provider.capture(request, signal);
  expect(await provider.capture({ ...request, key: 'other' }, signal)).toMatchObject({ outcome: 'refused' });
  expect(lines()).toEqual([charge]);
});

it('goes on after a restart, which has the same words for the same charge', async () => {
  await new SimulatedProvider(statementIn(file)).capture(request, signal);
  const restarted = new SimulatedProvider(statementIn(file));
  await restarted.capture(request, signal);
  await restarted.capture({ ...request, reference: 'sim/pm_card_visa/other:authorise' }, signal);
  expect(lines()).toEqual([charge, charge, { ...charge, reference: 'sim/pm_card_visa/other:authorise' }]);
});

it('charges nothing that it cannot put down', async () => {
  let isFull = true;
  const provider = new SimulatedProvider(() => {
    if (isFull) throw new Error('no space left');
  });
  await expect(provider.capture(request, signal)).rejects.toThrow('no space left');
  expect(provider.book.find('order:authorise')).toMatchObject({ charges: 0, status: 'held' });
  isFull = false;
  expect(await provider.capture(request, signal)).toEqual({ outcome: 'captured' });
});
