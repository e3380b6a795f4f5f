import {
  environmentOf,
  ServiceUnderTest,
  startTestServers,
  type TestServers,
} from '@doorbuster/service/testing';
import { ENVIRONMENT } from '@doorbuster/service';
import { AppModule } from '../../src/app.module.js';
import { IdentityServer } from '../../src/http/identity-server.js';
import { identitySchema } from '../../src/identity.schema.js';

export const ORIGIN = 'http://localhost:3999';
export const ISSUER = `${ORIGIN}/id`;

/** Identity on a real PostgreSQL and NATS, with replicas that listen on ports of their own. */
export class IdentityUnderTest extends ServiceUnderTest {
  constructor(private readonly own: TestServers) {
    super(AppModule, own);
  }

  static async start(env: NodeJS.ProcessEnv = {}): Promise<IdentityUnderTest> {
    const identity = new IdentityUnderTest(await startTestServers(identitySchema));
    await identity.add(env);
    return identity;
  }

  add(env: NodeJS.ProcessEnv = {}) {
    const all = {
      ...environmentOf('identity', this.own.environment),
      PUBLIC_URL: ORIGIN,
      IDENTITY_PORT: '0',
      IDENTITY_HOST: '127.0.0.1',
      KEY_ENCRYPTION_SECRET: 'a secret of the tests with thirty-two bytes',
      ...env,
    };
    return this.addReplica([[ENVIRONMENT, all]]);
  }

  /** The address of a replica, without a path. */
  url(index = 0): string {
    return `http://127.0.0.1:${this.replica(index).get(IdentityServer).port}`;
  }
}
