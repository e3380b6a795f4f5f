import { role, type Role } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type Koa from 'koa';
import { interactionPolicy, Provider, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { Accounts } from '../accounts/accounts.service.js';
import {
  AUDIENCE,
  issuerOf,
  MOUNT,
  SESSION_SECONDS,
  WEB_CLIENT,
  type IdentityConfig,
} from '../identity.config.js';
import { SIGNING_ALGORITHM, type KeySet } from '../keys/signing-keys.js';
import { answerFailure } from '../http/failures.js';
import { loggedOutPage, logoutPage, messagePage } from '../pages/pages.js';
import { OidcAdapter } from './oidc-adapter.js';
import type { OidcRecords } from './oidc-records.repository.js';

const INTERACTION_SECONDS = 3_600;
const CODE_SECONDS = 60;
const SCOPES = 'openid email';
/** A resource of RFC 8707. The API is the only one. */
const RESOURCE = 'urn:doorbuster:api';

export interface ProviderParts {
  config: IdentityConfig;
  keys: KeySet;
  cookieKey: string;
  accounts: Accounts;
  records: OidcRecords;
  logger: Logger;
}

/** The OpenID Connect provider with these keys. A change of the keys makes a new one; nothing else is kept in it. */
export function createProvider(parts: ProviderParts): Provider {
  const { config, logger } = parts;
  const provider = new Provider(issuerOf(config), configurationOf(parts));
  // Only the gateway reaches this service, and it sets X-Forwarded-For itself.
  provider.proxy = true;
  // After it has answered with 500, also while the database is away.
  provider.on('server_error', (ctx: KoaContextWithOIDC, err: Error) => answerFailure(ctx, err, logger));
  const app: Koa = provider;
  app.on('error', (err: Error & { expose?: boolean }) => {
    // A refusal of a request, such as 413.
    if (err.expose !== true) logger.error({ err }, 'a page could not be served');
  });
  return provider;
}

function configurationOf({ config, keys, cookieKey, accounts, records }: ProviderParts): Configuration {
  const { origin } = config.PUBLIC_URL;
  return {
    adapter: (model: string) => new OidcAdapter(model, records),
    jwks: { keys: [...keys] },
    clients: [
      {
        client_id: WEB_CLIENT,
        client_name: 'Doorbuster',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [`${origin}/callback`],
        post_logout_redirect_uris: [`${origin}/`],
        id_token_signed_response_alg: SIGNING_ALGORITHM,
        scope: SCOPES,
      },
    ],
    clientDefaults: { id_token_signed_response_alg: SIGNING_ALGORITHM },
    clientAuthMethods: ['none'],
    responseTypes: ['code'],
    scopes: SCOPES.split(' '),
    claims: { openid: ['sub'], email: ['email'] },
    // The ID token has the address, as there is no userinfo endpoint.
    conformIdTokenClaims: false,
    features: featuresOf(config),
    pkce: { required: () => true },
    // Each use gives a new one; a second use revokes the grant.
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => true,
    findAccount: async (_ctx, sub) => {
      const found = await accounts.findById(sub);
      return found && { accountId: sub, claims: async () => ({ sub, email: found.email }) };
    },
    extraTokenClaims: async (_ctx, token) => ({
      role: await roleOf(accounts, 'accountId' in token ? token.accountId : ''),
    }),
    loadExistingGrant,
    interactions: { policy: loginOnly(), url: (_ctx, { uid }) => `${MOUNT}/interaction/${uid}` },
    // One origin: the pages of the shop. Browsers send it with each POST, also to the same origin.
    clientBasedCORS: (_ctx, from) => from === origin,
    cookies: {
      keys: [cookieKey],
      long: { httpOnly: true, sameSite: 'lax', path: `${MOUNT}/` },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    ttl: {
      AccessToken: config.ACCESS_TOKEN_SECONDS,
      AuthorizationCode: CODE_SECONDS,
      Grant: SESSION_SECONDS,
      IdToken: config.ACCESS_TOKEN_SECONDS,
      Interaction: INTERACTION_SECONDS,
      // A rotated token ends when its first one would.
      RefreshToken: (ctx) => ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? SESSION_SECONDS,
      Session: SESSION_SECONDS,
    },
    renderError: (ctx, { error, error_description: description }) => {
      ctx.type = 'html';
      ctx.body = messagePage('This page has expired', errorText(error, description));
    },
  };
}

const featuresOf = ({ ACCESS_TOKEN_SECONDS }: IdentityConfig): Configuration['features'] => ({
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  userinfo: { enabled: false },
  revocation: { enabled: true },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => RESOURCE,
    useGrantedResource: () => true,
    getResourceServerInfo: () => ({
      scope: '',
      audience: AUDIENCE,
      accessTokenFormat: 'jwt',
      accessTokenTTL: ACCESS_TOKEN_SECONDS,
      jwt: { sign: { alg: SIGNING_ALGORITHM } },
    }),
  },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: (ctx, form) => {
      ctx.body = logoutPage(form);
    },
    postLogoutSuccessSource: (ctx) => {
      ctx.type = 'html';
      ctx.body = loggedOutPage();
    },
  },
});

/** Read for each token, so that a new role counts from the next token on. */
async function roleOf(accounts: Accounts, accountId: string | undefined): Promise<Role> {
  const found = await accounts.findById(accountId ?? '');
  return found?.role ?? role.enum.customer;
}

/** `prompt=consent` is refused: there is no such page. */
function loginOnly(): ReturnType<typeof interactionPolicy.base> {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  return policy;
}

/** The shop is our own client, so a customer is asked for no consent. */
async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { client, session, provider } = ctx.oidc;
  const clientId = client?.clientId ?? '';
  const grantId = session?.grantIdFor(clientId);
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (existing?.accountId === session?.accountId && existing !== undefined) return existing;
  if (session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPES);
  await grant.save();
  return grant;
}

const errorText = (error: string, description: string | undefined): string =>
  `Go back to the shop and start again. (${error}${description === undefined ? '' : `: ${description}`})`;
