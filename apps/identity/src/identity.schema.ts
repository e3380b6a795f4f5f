import type { SchemaDefinition } from '@doorbuster/persistence';
import { AccountEntity } from './accounts/account.entity.js';
import { SigningKeyEntity } from './keys/signing-key.entity.js';
import { CreateIdentity1767225601000 } from './migrations/create-identity.migration.js';
import { OidcRecordEntity } from './oidc/oidc-record.entity.js';
import { LoginAttemptsEntity } from './throttle/login-attempts.entity.js';

export const identitySchema: SchemaDefinition = {
  service: 'identity',
  migrations: [CreateIdentity1767225601000],
  entities: [AccountEntity, OidcRecordEntity, LoginAttemptsEntity, SigningKeyEntity],
};
