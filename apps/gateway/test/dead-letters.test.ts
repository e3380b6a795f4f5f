import {
  accept,
  dismissDeadLetterOf,
  listDeadLettersOf,
  refuse,
  replayDeadLetterOf,
  SERVICES,
  type DeadLetter,
  type ServiceName,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixture, type Fixture } from './support/fixture.js';

const uuid = (n: number): string => `0198f000-0000-7000-8000-${String(n).padStart(12, '0')}`;

let fixture: Fixture;
let admin: { authorization: string };
beforeAll(async () => {
  fixture = await startFixture();
  admin = await fixture.as('root', 'admin');
});
afterAll(() => fixture.stop());

describe('dead letters', () => {
  const letter = (n: number, service: ServiceName): DeadLetter => ({
    id: uuid(n),
    service,
    consumer: `${service}-commands`,
    subject: 'cmd.x.y',
    cause: 'poison',
    error: 'poison',
    state: 'OPEN',
    event: {},
    deadAt: '2026-01-01T12:00:00.000Z',
    replayedAt: null,
    dismissedAt: null,
    dismissReason: null,
  });
  const kept: DeadLetter[] = Array.from({ length: 10 }, (_, n) => letter(n, SERVICES[n % 4] ?? 'orders'));

  const keep = async (): Promise<void> => {
    for (const service of SERVICES) {
      await fixture.services.answer(listDeadLettersOf(service), ({ limit, cursor }) => {
        const own = kept
          .filter((each) => each.service === service && (!cursor || each.id < cursor))
          .toReversed();
        const items = own.slice(0, limit);
        return accept({ items, nextCursor: own.length > limit ? (items.at(-1)?.id ?? null) : null });
      });
    }
  };

  it.each([1, 3, 10, 100])('are one list over all services, newest first, in pages of %i', async (limit) => {
    await keep();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, unknown> = cursor === null ? { limit } : { limit, cursor };
      const { body } = await fixture.http.get('/v1/dead-letters').query(query).set(admin).expect(200);
      expect(body.items.length).toBeLessThanOrEqual(limit);
      seen.push(...body.items.map(({ id }: DeadLetter) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(kept.map(({ id }) => id).toReversed());
  });

  it('are not listed in part while a service is unavailable', async () => {
    await keep();
    await fixture.services.silence(listDeadLettersOf('payments'));
    expect((await fixture.http.get('/v1/dead-letters').set(admin).expect(503)).body.detail).toContain(
      'payments',
    );
  });

  it('refuse an invalid cursor', async () => {
    await fixture.http.get('/v1/dead-letters?cursor=x').set(admin).expect(400);
  });

  it('are filtered by their services', async () => {
    await keep();
    const query = { consumer: 'orders-commands', cause: 'ZodError', state: 'DISMISSED' };
    await fixture.http.get('/v1/dead-letters').query(query).set(admin).expect(200);
    for (const service of SERVICES) {
      expect(fixture.services.requests(listDeadLettersOf(service)).at(-1)).toEqual({ ...query, limit: 20 });
    }
    for (const wrong of [{ state: 'done' }, { consumer: 'a b' }, { cause: '' }]) {
      await fixture.http.get('/v1/dead-letters').query(wrong).set(admin).expect(400);
    }
  });

  const replay = (id = uuid(1)) => fixture.http.post(`/v1/dead-letters/${id}/replay`).set(admin);
  const ownedBy = async (owner?: ServiceName): Promise<void> => {
    for (const service of SERVICES) {
      await fixture.services.answer(replayDeadLetterOf(service), () =>
        service === owner ? accept(letter(1, service)) : refuse('DEAD_LETTER_NOT_FOUND', 'No.'),
      );
    }
  };

  it('are replayed by their service', async () => {
    await ownedBy('inventory');
    expect((await replay().expect(200)).body).toEqual(letter(1, 'inventory'));
  });

  it('are replayed while another service is unavailable', async () => {
    await ownedBy('inventory');
    await fixture.services.silence(replayDeadLetterOf('catalog'));
    await replay().expect(200);
  });

  it('are 404 when no service has them, and 503 while one is unavailable', async () => {
    await ownedBy();
    expect((await replay().expect(404)).body.code).toBe('DEAD_LETTER_NOT_FOUND');
    await replay('x').expect(404);
    await fixture.services.silence(replayDeadLetterOf('payments'));
    await replay().expect(503);
  });

  it('that fail again stay', async () => {
    await ownedBy();
    await fixture.services.answer(replayDeadLetterOf('orders'), () => refuse('REPLAY_FAILED', 'Poison.'));
    await fixture.services.silence(replayDeadLetterOf('catalog'));
    expect((await replay().expect(409)).body).toMatchObject({ code: 'REPLAY_FAILED', detail: 'Poison.' });
  });
});

describe('dismissing a dead letter', () => {
  const letter: DeadLetter = {
    id: uuid(1),
    service: 'inventory',
    consumer: 'inventory-commands',
    subject: 'cmd.x.y',
    cause: 'ZodError',
    error: 'ZodError: quantity',
    state: 'DISMISSED',
    event: {},
    deadAt: '2026-01-01T12:00:00.000Z',
    replayedAt: null,
    dismissedAt: '2026-01-02T12:00:00.000Z',
    dismissReason: 'obsolete',
  };
  const dismiss = (body: object) =>
    fixture.http.post(`/v1/dead-letters/${letter.id}/dismiss`).set(admin).send(body);

  it('is done by its service, with the reason', async () => {
    for (const service of SERVICES) {
      await fixture.services.answer(dismissDeadLetterOf(service), () =>
        service === letter.service ? accept(letter) : refuse('DEAD_LETTER_NOT_FOUND', 'No.'),
      );
    }
    expect((await dismiss({ reason: ' obsolete ' }).expect(200)).body).toEqual(letter);
    expect(fixture.services.requests(dismissDeadLetterOf('inventory'))).toMatchObject([
      { actor: { customerId: 'root', role: 'admin' }, id: letter.id, reason: 'obsolete' },
    ]);
  });

  it('is refused once it was replayed, also while another service is unavailable', async () => {
    await fixture.services.answer(dismissDeadLetterOf('inventory'), () =>
      refuse('DEAD_LETTER_REPLAYED', 'It was replayed.'),
    );
    await fixture.services.silence(dismissDeadLetterOf('catalog'));
    expect((await dismiss({ reason: 'obsolete' }).expect(409)).body.code).toBe('DEAD_LETTER_REPLAYED');
  });

  it('needs a reason of 1 to 500 characters', async () => {
    for (const wrong of [{}, { reason: '  ' }, { reason: 'x'.repeat(501) }, { reason: '\0' }]) {
      await dismiss(wrong).expect(400);
    }
  });
});
