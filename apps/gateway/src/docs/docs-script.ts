import { idempotencyKey } from '@doorbuster/contracts';

const EXAMPLE_KEY = idempotencyKey.meta()?.examples?.[0];

/**
 * An order in two clicks: the token of POST /v1/auth/token is used at once, and each Execute has a key of its own.
 * The plugin and the attributes are what Swagger UI lacks for keyboards and screen readers.
 */
export const DOCS_SCRIPT = `const dark = matchMedia('(prefers-color-scheme: dark)');
const showScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', showScheme);
showScheme();

const accessible = ({ React: { Fragment, createElement, useEffect, useRef } }) => ({
  components: {
    // A link within the button that expands a call would be a second stop for the keyboard. The address still follows what is open.
    DeepLink: ({ text }) => createElement('span', null, text),
  },
  wrapComponents: {
    InfoContainer: (Original) => (props) => createElement('header', { role: 'banner' }, createElement(Original, props)),
    operations: (Original) => (props) =>
      createElement(Fragment, null, createElement('h2', { className: 'calls' }, 'Calls'), createElement(Original, props)),
    // The browser's dialog takes the focus, keeps it and closes on Escape.
    authorizationPopup: (Original, { authActions }) => (props) => {
      const dialog = useRef(null);
      useEffect(() => {
        const opener = document.activeElement;
        dialog.current.showModal();
        return () => opener.focus();
      }, []);
      const onClose = () => authActions.showDefinitions(false);
      return createElement('dialog', { ref: dialog, onClose, 'aria-label': 'Authorize' }, createElement(Original, props));
    },
  },
});

const scrolls = (element) => (element.scrollHeight > element.clientHeight || element.scrollWidth > element.clientWidth ? '0' : null);
const ATTRIBUTES = [
  ['.body-param textarea', 'aria-label', () => 'Request body'],
  ['.examples-select-element', 'aria-label', () => 'Example'],
  ['.close-modal', 'aria-label', () => 'Close'],
  ['.auth-btn-wrapper .btn', 'aria-label', (button) => button.textContent],
  ['.responses-table[role=region]', 'aria-label', (table) => 'Responses of ' + table.closest('.opblock')?.id.replace(/^operations-/, '')],
  ['dialog h3', 'aria-level', () => '2'],
  ['dialog h4', 'aria-level', () => '3'],
  ['dialog h6', 'aria-level', () => '4'],
  ['.microlight', 'tabindex', scrolls],
];

const addAttributes = () => {
  for (const [selector, name, valueOf] of ATTRIBUTES) {
    for (const element of document.querySelectorAll(selector)) {
      const value = valueOf(element);
      if (value !== null && element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
  }
};
new MutationObserver(addAttributes).observe(document.querySelector('#docs'), { childList: true, subtree: true });

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  syntaxHighlight: { theme: 'tomorrow-night' },
  plugins: [accessible],
  requestInterceptor: (request) => {
    if (request.headers['Idempotency-Key'] === ${JSON.stringify(EXAMPLE_KEY)}) request.headers['Idempotency-Key'] = newKey();
    return request;
  },
  responseInterceptor: (response) => {
    if (response.ok && response.url.endsWith('/v1/auth/token')) ui.preauthorizeApiKey('bearer', response.body.accessToken);
    return response;
  },
});
`;
