import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { LOGGER, SHUTDOWN_MS, withTimeout } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Provider } from 'oidc-provider';
import { Accounts } from '../accounts/accounts.service.js';
import { IdentityConfig, MOUNT } from '../identity.config.js';
import { KeyVault } from '../keys/key-vault.js';
import { SigningKeys, type KeySet } from '../keys/signing-keys.js';
import { createProvider } from '../oidc/create-provider.js';
import { OidcRecords } from '../oidc/oidc-records.repository.js';
import { AccountRoutes } from './account-routes.js';
import { answerFailures } from './failures.js';
import { LoginRoutes } from './login-routes.js';
import { guard, styles } from './page-middleware.js';

const CONNECTIONS_MAX = 1_000;
const REQUEST_MS_MAX = 15_000;
const HEADER_BYTES_MAX = 16 * 1_024;
/** Longer than the gateway keeps an idle connection. */
const KEEP_ALIVE_MS = 10_000;

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The OpenID Connect provider and its pages over HTTP, for the gateway. */
@Injectable()
export class IdentityServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: Server | undefined;
  /** Of the provider with the current keys. */
  private handle: Handle | undefined;

  constructor(
    private readonly config: IdentityConfig,
    private readonly signingKeys: SigningKeys,
    private readonly vault: KeyVault,
    private readonly accounts: Accounts,
    private readonly records: OidcRecords,
    private readonly loginRoutes: LoginRoutes,
    private readonly accountRoutes: AccountRoutes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.signingKeys.start((keys) => this.useKeys(keys));
    this.server = createServer(
      {
        requestTimeout: REQUEST_MS_MAX,
        headersTimeout: REQUEST_MS_MAX,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: HEADER_BYTES_MAX,
      },
      (request, response) => void this.answer(request, response),
    );
    this.server.maxConnections = CONNECTIONS_MAX;
    this.server.listen({ port: this.config.IDENTITY_PORT, host: this.config.IDENTITY_HOST });
    await once(this.server, 'listening');
    this.logger.info({ port: this.port }, 'accounts are served');
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await withTimeout(closed, SHUTDOWN_MS.rpcs);
    server.closeAllConnections();
  }

  /** The one that the system chose, if the configuration has 0. */
  get port(): number {
    const address = this.server?.address() as AddressInfo | null | undefined;
    return address?.port ?? this.config.IDENTITY_PORT;
  }

  private useKeys(keys: KeySet): void {
    const provider = createProvider({
      config: this.config,
      keys,
      cookieKey: this.vault.cookieKey,
      accounts: this.accounts,
      records: this.records,
      logger: this.logger,
    });
    this.addRoutes(provider, keys);
    this.handle = provider.callback();
  }

  /** They run before the provider's own routes, in this order. */
  private addRoutes(provider: Provider, keys: KeySet): void {
    provider.use(guard);
    provider.use(answerFailures(this.logger));
    provider.use(styles);
    provider.use(this.loginRoutes.middleware(provider));
    provider.use(this.accountRoutes.middleware(keys));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    if (!url.startsWith(`${MOUNT}/`) || this.handle === undefined) {
      response.writeHead(404).end();
      return;
    }
    // The issuer is one address, so links never follow a Host header.
    const { host, protocol } = this.config.PUBLIC_URL;
    request.headers['x-forwarded-host'] = host;
    request.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    // The provider finds its mount point by comparing the two.
    Object.assign(request, { originalUrl: url, url: url.slice(MOUNT.length) });
    await this.handle(request, response).catch((err: unknown) => {
      this.logger.error({ err }, 'a request failed');
      response.destroy();
    });
  }
}
