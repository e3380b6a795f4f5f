import { idempotencyKey } from '@doorbuster/contracts';

/** Swagger UI from local files. The content security policy allows no inline script. */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Doorbuster API</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
    <link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png" />
    <style>
      body {
        margin: 0;
      }
      .swagger-ui .info {
        margin: 30px 0 10px;
      }
      .swagger-ui .response-col_links {
        display: none;
      }
      .swagger-ui code,
      .swagger-ui td {
        overflow-wrap: anywhere;
      }
      .swagger-ui .headers :is(td, th) {
        overflow-wrap: normal;
      }
      @media (max-width: 600px) {
        .swagger-ui .headers :is(td, th):last-child {
          display: none;
        }
      }
      .dark-mode .swagger-ui .examples__section-header {
        color: inherit;
      }
    </style>
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const EXAMPLE_KEY = idempotencyKey.meta()?.examples?.[0];

/** An order in two clicks: the token of POST /v1/auth/token is used at once, and each Execute has a key of its own. */
export const DOCS_SCRIPT = `const dark = matchMedia('(prefers-color-scheme: dark)');
const showScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', showScheme);
showScheme();

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
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
