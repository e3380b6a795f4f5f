import { NATS_ACCOUNT } from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import { initSql, natsConf, takeOverSql } from './fixtures/made-files.js';
import { inRepository } from './fixtures/repository.js';

describe('what is deployed says the same as the code', () => {
  it('about who may say what to whom over NATS, and that it keeps what it accepts', async () => {
    expect(natsConf()).toMatch(/"sync_interval": "always"/);
    await expect(natsConf()).toMatchFileSnapshot(inRepository('deploy/nats/nats.conf'));
  });

  it('about the account of NATS that all users share', () => {
    // The default account, as long as the configuration names no other.
    expect(NATS_ACCOUNT).toBe('$G');
    expect(natsConf()).not.toMatch(/"accounts"|"no_auth_user"|"system_account"/);
  });

  it('about the roles and schemas of PostgreSQL', async () => {
    await expect(initSql('doorbuster')).toMatchFileSnapshot(inRepository('deploy/postgres/init.sql'));
    await expect(takeOverSql('doorbuster')).toMatchFileSnapshot(
      inRepository('deploy/postgres/take-over.sql'),
    );
  });
});
