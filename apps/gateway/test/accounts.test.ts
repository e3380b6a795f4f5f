import { accept, changeRole, deleteAccount, findAccounts, refuse, type Account } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixture, type Fixture } from './support/fixture.js';

const ID = '01a21d02-4b10-7e61-9c35-7f40d1b82e93';
const ANN: Account = {
  id: ID,
  email: 'ann@example.com',
  role: 'customer',
  createdAt: '2026-01-01T12:00:00.000Z',
};

describe('accounts', () => {
  let fixture: Fixture;
  let admin: { authorization: string };
  beforeAll(async () => {
    fixture = await startFixture();
    admin = await fixture.as('root', 'admin');
    await fixture.services.answer(findAccounts, ({ email }) => accept(email === ANN.email ? [ANN] : []));
    await fixture.services.answer(changeRole, ({ role }) => accept({ ...ANN, role }));
    await fixture.services.answer(deleteAccount, ({ id }) =>
      id === ID ? accept({ id }) : refuse('ACCOUNT_NOT_FOUND', 'There is none.'),
    );
  });
  afterAll(() => fixture.stop());

  it('are found by the whole address in any spelling', async () => {
    const find = (email: string) => fixture.http.get('/v1/accounts').query({ email }).set(admin);
    await find('Ann@Example.com').expect(200, { items: [ANN], nextCursor: null });
    await find('bob@example.com').expect(200, { items: [], nextCursor: null });
    await find('ann').expect(400);
    await fixture.http.get('/v1/accounts').set(admin).expect(400);
  });

  it('get a role by an admin, whose origin goes along for the audit log', async () => {
    const { body } = await fixture.http
      .patch(`/v1/accounts/${ID}`)
      .set({ ...admin, 'user-agent': 'test' })
      .send({ role: 'operator' })
      .expect(200);
    expect(body.role).toBe('operator');
    expect(fixture.services.requests(changeRole).at(-1)).toMatchObject({
      id: ID,
      role: 'operator',
      actor: { customerId: 'root', role: 'admin', origin: { userAgent: 'test' } },
    });
    await fixture.http.patch(`/v1/accounts/${ID}`).set(admin).send({ role: 'king' }).expect(400);
  });

  it('are deleted', async () => {
    await fixture.http.delete(`/v1/accounts/${ID}`).set(admin).expect(204);
    const other = await fixture.http
      .delete(`/v1/accounts/${ID.replace('1', '2')}`)
      .set(admin)
      .expect(404);
    expect(other.body.code).toBe('ACCOUNT_NOT_FOUND');
    await fixture.http.delete('/v1/accounts/x').set(admin).expect(404);
  });

  it.each(['customer', 'operator'] as const)('are closed to a role such as %s', async (role) => {
    const headers = await fixture.as('somebody', role);
    await fixture.http.get('/v1/accounts').query({ email: ANN.email }).set(headers).expect(403);
    await fixture.http.patch(`/v1/accounts/${ID}`).set(headers).send({ role: 'admin' }).expect(403);
    await fixture.http.delete(`/v1/accounts/${ID}`).set(headers).expect(403);
  });
});
