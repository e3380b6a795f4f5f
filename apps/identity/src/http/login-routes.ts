import { email as emailSchema, password as passwordSchema, PASSWORD_MIN } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import type { Context, Middleware } from 'koa';
import { errors, type Provider } from 'oidc-provider';
import { PasswordsBusyError } from '../accounts/passwords.js';
import { Accounts, type Credentials, type LoginOutcome } from '../accounts/accounts.service.js';
import { IdentityConfig, MOUNT } from '../identity.config.js';
import {
  loginPage,
  messagePage,
  registrationPage,
  type FormProblem,
  type FormState,
} from '../pages/pages.js';
import { readBody } from './page-middleware.js';

const PATH = /^\/interaction\/([\w-]{1,64})(\/register)?$/;
const BUSY_SECONDS = 2;

/** What the customer typed, and what is wrong with it. */
interface Form {
  credentials: Credentials;
  problem: FormProblem | undefined;
}

/** The pages to log in and to register. The provider sends a browser here, and its cookie names the interaction. */
@Injectable()
export class LoginRoutes {
  constructor(
    private readonly accounts: Accounts,
    private readonly config: IdentityConfig,
  ) {}

  middleware(provider: Provider): Middleware {
    return async (ctx, next) => {
      const [, uid, isRegistration] = PATH.exec(ctx.path) ?? [];
      if (uid === undefined || !['GET', 'POST'].includes(ctx.method)) return next();
      try {
        // The cookie of another interaction does not open this one.
        const interaction = await provider.interactionDetails(ctx.req, ctx.res);
        if (interaction.uid !== uid) throw new errors.SessionNotFound('another log in was begun');
        await this.serve(ctx, provider, `${MOUNT}/interaction/${uid}`, isRegistration !== undefined);
      } catch (error) {
        answerError(ctx, error);
      }
    };
  }

  private async serve(
    ctx: Context,
    provider: Provider,
    login: string,
    isRegistration: boolean,
  ): Promise<void> {
    const register = `${login}/register`;
    const state: FormState = isRegistration
      ? { action: register, other: login }
      : { action: login, other: register };
    const render = isRegistration ? registrationPage : loginPage;
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      ctx.body = render(state);
      return;
    }
    this.expectOwnPage(ctx);
    const { credentials, problem } = readForm(
      await readBody(ctx, 'application/x-www-form-urlencoded'),
      isRegistration,
    );
    const accountId = problem ?? (await this.enter(ctx, credentials, isRegistration));
    if (typeof accountId === 'string') {
      // The provider answers itself.
      ctx.respond = false;
      await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId } });
      return;
    }
    if (ctx.status === 404) ctx.status = 422;
    ctx.type = 'html';
    ctx.body = render({ ...state, email: credentials.email, problem: accountId });
  }

  /** A form of another site is refused. Its cookie would not come along either (SameSite). */
  private expectOwnPage(ctx: Context): void {
    if (ctx.get('origin') !== this.config.PUBLIC_URL.origin) {
      ctx.throw(403, 'The form came from another site.');
    }
  }

  /** @returns the id of the account, or what was wrong */
  private async enter(
    ctx: Context,
    form: Credentials,
    isRegistration: boolean,
  ): Promise<string | FormProblem> {
    const outcome = await (isRegistration
      ? this.accounts.register(form, ctx.ip)
      : this.accounts.login(form, ctx.ip));
    switch (outcome.kind) {
      case 'done':
        return outcome.accountId;
      case 'taken':
        return { email: 'There is an account with this address. Log in instead.' };
      case 'wrong':
        return { alert: 'The email address or the password is wrong. Check both and try again.' };
      case 'throttled':
        return throttled(ctx, outcome);
    }
  }
}

function throttled(
  ctx: Context,
  { retryAfterSeconds }: Extract<LoginOutcome, { kind: 'throttled' }>,
): FormProblem {
  ctx.status = 429;
  ctx.set('retry-after', String(retryAfterSeconds));
  const minutes = Math.ceil(retryAfterSeconds / 60);
  const wait = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  return { alert: `Too many attempts. Wait ${wait}, then try again.` };
}

/** A log in has no rules for passwords: what does not match is wrong. */
function readForm(text: string, isRegistration: boolean): Form {
  const fields = new URLSearchParams(text);
  const typed = { email: fields.get('email') ?? '', password: fields.get('password') ?? '' };
  const email = emailSchema.safeParse(typed.email);
  const password = passwordSchema.safeParse(typed.password);
  const problem: FormProblem = {
    ...(!email.success && { email: 'Enter an address such as ann@example.com.' }),
    ...(isRegistration && passwordProblem(typed, password.success)),
    ...(!isRegistration && typed.password === '' && { password: 'Enter your password.' }),
  };
  return {
    credentials: {
      email: email.data ?? typed.email,
      password: password.data ?? typed.password.normalize('NFKC'),
    },
    problem: Object.keys(problem).length > 0 ? problem : undefined,
  };
}

function passwordProblem({ email, password }: Credentials, isValid: boolean): FormProblem {
  if (!isValid) return { password: `Choose a password of ${PASSWORD_MIN} characters or more.` };
  const isAddress = password.toLowerCase() === email.trim().toLowerCase();
  return isAddress ? { password: 'Choose a password that is not your address.' } : {};
}

function answerError(ctx: Context, error: unknown): void {
  ctx.type = 'html';
  if (error instanceof errors.SessionNotFound) {
    ctx.status = 400;
    ctx.body = messagePage('This page has expired', 'Go back to the shop and log in again.');
  } else if (error instanceof PasswordsBusyError) {
    ctx.status = 503;
    ctx.set('retry-after', String(BUSY_SECONDS));
    ctx.body = messagePage('A moment, please', 'Many people are logging in. Go back and try again.');
  } else throw error;
}
