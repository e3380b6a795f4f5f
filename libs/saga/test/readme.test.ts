import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SagaTester } from '../src/testing.js';
import { tripSaga } from './trip.saga.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const readme = read('../README.md');

it('the README shows the saga that this test compiles', () => {
  expect(readme).toContain('```ts\n' + read('trip.saga.ts') + '```');
});

it('the saga of the README is rolled back when the flight is full', () => {
  // README: begin
  new SagaTester(tripSaga, { flight: 'LX 38' })
    .start()
    .expectSent('book-flight')
    .refuse('book-flight', 'FULL')
    .expectSent()
    .expectDecided('rejectTrip')
    .expectRolledBack('FULL');
  // README: end
  const [, shown = ''] = read('readme.test.ts').split(/ *\/\/ README: (?:begin|end)\n/);
  expect(readme).toContain(shown.replaceAll(/^ {2}/gm, ''));
});

it('the saga of the README confirms the trip and then books the car, however often that is tried', () => {
  const saga = new SagaTester(tripSaga, { flight: 'LX 38' }).start().succeed('book-flight');
  saga.expectDecided('confirmTrip').expectSent('book-car').passDeadline().expectSent('book-car');
  saga.succeed('book-car').expectCompleted();
});
