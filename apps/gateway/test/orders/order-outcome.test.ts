import {
  accept,
  findPlacedOrders,
  refuse,
  type Order,
  type PlacingOutcome,
  type Reply,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anOrder, PLACE_ORDER } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

/** What a replica does with each request of a key; the last entry is repeated. HANG never answers. */
type Doing = Reply<Order> | 'hangs';

interface Case {
  replicas: Doing[];
  /** Result of a lookup; `undefined` for no answer. */
  found?: PlacingOutcome;
}

const HANGS: Doing[] = ['hangs'];
const placed: PlacingOutcome = { outcome: 'PLACED', reply: accept(anOrder()) };
const refusal = refuse('UNKNOWN_SALE', 'There is no such sale.');
const reused = refuse('IDEMPOTENCY_KEY_REUSED', 'Use a new key.');

const CASES = {
  'answered by another replica': { replicas: ['hangs', accept(anOrder())] },
  'accepted, and the answer lost': { replicas: HANGS, found: placed },
  'never accepted': { replicas: HANGS, found: { outcome: 'NONE' } },
  'not to be found out': { replicas: HANGS, found: { outcome: 'OPEN' } },
  'refused by one and accepted by another': { replicas: ['hangs', refusal], found: placed },
  'refused by one and accepted by none': { replicas: ['hangs', refusal], found: { outcome: 'NONE' } },
  'refused as a key that is taken': { replicas: ['hangs', reused] },
  'refused as late': { replicas: [refuse('SERVICE_TIMEOUT', 'late')], found: placed },
} satisfies Record<string, Case>;
type Name = keyof typeof CASES;

const keyOf = (name: string): string => name.replaceAll(/\W/g, '-');
const caseOf = (key: string): Case =>
  Object.entries<Case>(CASES).find(([name]) => keyOf(name) === key)?.[1] ?? { replicas: HANGS };

interface Answer {
  status: number;
  body: { code?: string; detail?: string; id?: string };
  ms: number;
}

describe('an order without an answer', () => {
  let fixture: Fixture;
  const answers = new Map<string, Answer>();
  const asked = new Map<string, number>();

  beforeAll(async () => {
    fixture = await startFixture();
    const alice = await fixture.as('alice');
    const place = async (name: string): Promise<void> => {
      const begun = performance.now();
      const headers = { ...alice, 'idempotency-key': keyOf(name) };
      const { status, body } = await fixture.http.post('/v1/orders').set(headers).send(PLACE_ORDER);
      answers.set(name, { status, body, ms: performance.now() - begun });
    };
    await fixture.services.answerOrders(({ idempotencyKey: key }) => {
      const { replicas } = caseOf(key);
      const before = asked.get(key) ?? 0;
      asked.set(key, before + 1);
      const doing = replicas[Math.min(before, replicas.length - 1)] ?? 'hangs';
      return doing === 'hangs' ? new Promise(() => undefined) : doing;
    });
    await fixture.services.answer(findPlacedOrders, ({ requests }) =>
      accept(requests.map(({ idempotencyKey }) => caseOf(idempotencyKey).found ?? { outcome: 'OPEN' })),
    );
    const waiting: Promise<void>[] = [];
    for (const name of Object.keys(CASES)) {
      waiting.push(place(name));
      // The next one once this is in flight, so that each has a batch of its own and all wait at the same time.
      await vi.waitFor(() => expect(asked.has(keyOf(name))).toBe(true), { interval: 5, timeout: 5_000 });
    }
    await Promise.all(waiting);
  }, 20_000);
  afterAll(() => fixture.stop());

  const answerOf = (name: Name): Answer => answers.get(name) as Answer;

  it('is sent to another replica, with the same key, after about a second', () => {
    const { status, ms } = answerOf('answered by another replica');
    expect(status).toBe(202);
    expect(ms).toBeLessThan(2_000);
    expect(asked.get(keyOf('answered by another replica'))).toBe(2);
  });

  it('is looked up after its accept-by time, and found', () => {
    expect(answerOf('accepted, and the answer lost')).toMatchObject({ status: 202, body: anOrder() });
    expect(answerOf('refused as late')).toMatchObject({ status: 202, body: anOrder() });
  });

  it('is answered 503 that no order was made, when the lookup finds none', () => {
    expect(answerOf('never accepted')).toMatchObject({
      status: 503,
      body: { code: 'SERVICE_TIMEOUT', detail: expect.stringContaining('No order was made') },
    });
  });

  it('is answered 503 that the outcome is unknown, when no replica answers', () => {
    const { status, body, ms } = answerOf('not to be found out');
    expect(status).toBe(503);
    expect(body.detail).toMatch(/not known .* same Idempotency-Key/);
    expect(ms).toBeLessThan(9_000);
  });

  it('is not refused while a hanging replica may accept it', () => {
    expect(answerOf('refused by one and accepted by another')).toMatchObject({
      status: 202,
      body: anOrder(),
    });
    const { status, body, ms } = answerOf('refused by one and accepted by none');
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'UNKNOWN_SALE' });
    expect(ms).toBeGreaterThan(5_500);
    expect(answerOf('refused as a key that is taken').ms).toBeLessThan(2_000);
  });
});
