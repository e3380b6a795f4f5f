import { EMAIL_MAX, PASSWORD_MAX, PASSWORD_MIN } from '@doorbuster/contracts';
import { MOUNT } from '../identity.config.js';
import { html, Html } from './html.js';
import { STYLES_PATH } from './styles.js';

/** What was wrong with a form. */
export interface FormProblem {
  /** About the whole form. */
  alert?: string;
  email?: string;
  password?: string;
}

export interface FormState {
  /** The path that the form is sent to. */
  action: string;
  /** The path of the other form: register instead of log in, or the reverse. */
  other: string;
  email?: string;
  problem?: FormProblem;
}

const page = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Doorbuster</title>
        <link rel="stylesheet" href="${MOUNT}${STYLES_PATH}" />
      </head>
      <body>
        <header><a href="/">Doorbuster</a></header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`.text;

const alertOf = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<p class="alert" role="alert">${text}</p>`;

/** Marks a field and names its error for a screen reader. */
const invalid = (name: string, error: string | undefined, hint = ''): Html => {
  const described = [error === undefined ? '' : `${name}-wrong`, hint].filter((id) => id !== '').join(' ');
  return html`${error !== undefined && html` aria-invalid="true"`}${
    described !== '' && html` aria-describedby="${described}"`
  }`;
};

const wrongOf = (name: string, error: string | undefined): Html | undefined =>
  error === undefined ? undefined : html`<p class="wrong" id="${name}-wrong">${error}</p>`;

const emailField = ({ email = '', problem = {} }: FormState): Html => html`
  <label for="email">Email address</label>
  <input
    id="email"
    name="email"
    type="email"
    value="${email}"
    maxlength="${EMAIL_MAX}"
    autocomplete="username"
    autocapitalize="none"
    spellcheck="false"
    required
    ${invalid('email', problem.email)}
  />
  ${wrongOf('email', problem.email)}
`;

export const loginPage = (state: FormState): string =>
  page(
    'Log in',
    html`${alertOf(state.problem?.alert)}
      <form method="post" action="${state.action}">
        ${emailField(state)}
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          maxlength="${PASSWORD_MAX}"
          autocomplete="current-password"
          required
          ${invalid('password', state.problem?.password)}
        />
        ${wrongOf('password', state.problem?.password)}
        <button type="submit">Log in</button>
      </form>
      <p class="below">New here? <a href="${state.other}">Create an account</a></p>`,
  );

export const registrationPage = (state: FormState): string =>
  page(
    'Create an account',
    html`${alertOf(state.problem?.alert)}
      <form method="post" action="${state.action}">
        ${emailField(state)}
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          minlength="${PASSWORD_MIN}"
          maxlength="${PASSWORD_MAX}"
          autocomplete="new-password"
          required
          ${invalid('password', state.problem?.password, 'password-hint')}
        />
        <p class="hint" id="password-hint">
          At least ${PASSWORD_MIN} characters. A few words that only you would put together work well.
        </p>
        ${wrongOf('password', state.problem?.password)}
        <button type="submit">Create account</button>
      </form>
      <p class="below">Have an account? <a href="${state.other}">Log in</a></p>`,
  );

/** @param form the provider's form `op.logoutForm`, with its proof against forged requests */
export const logoutPage = (form: string): string =>
  page(
    'Log out?',
    html`<div class="card">
      <p>You can log in again at any time.</p>
      ${new Html(form)}
      <button type="submit" form="op.logoutForm" name="logout" value="yes">Log out</button>
      <a class="below" href="/">Stay logged in</a>
    </div>`,
  );

export const loggedOutPage = (): string =>
  page('You are logged out', html`<p><a href="/">Back to the shop</a></p>`);

export const messagePage = (title: string, text: string): string =>
  page(
    title,
    html`<p>${text}</p>
      <p><a href="/">Back to the shop</a></p>`,
  );
