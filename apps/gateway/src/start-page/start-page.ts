import type { Dependencies } from '@doorbuster/contracts';
import { DEMO_CATALOGUE } from '@doorbuster/demo';
import { STYLES } from './start-page.styles.js';

export interface StartPage {
  /** Address of this gateway, as the browser sees it. */
  url: string;
  issuesTokens: boolean;
  /** `undefined` without a page for traces. */
  tracesUrl: string | undefined;
  dependencies: Dependencies;
}

interface Link {
  href: string;
  name: string;
  text: string;
}

/** A copy of `tools/platform/page/icon.svg`, which is no file of the gateway. A test compares them. */
export const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%234f5bd5'/%3E%3Cg stroke-width='4' stroke-linecap='round'%3E%3Cpath d='M7 10h18' stroke='%23fff'/%3E%3Cpath d='M11 16h9' stroke='%237fe3c4'/%3E%3Cpath d='M16 22h7' stroke='%23ffc861'/%3E%3C/g%3E%3C/svg%3E";

/** The page at `/about`: what runs, where to look and the next command. It needs no script and no other file. */
export function startPage({ url, issuesTokens, tracesUrl, dependencies }: StartPage): string {
  const down = Object.keys(dependencies).filter((name) => dependencies[name] === 'down');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>What runs here · Doorbuster</title>
    <link rel="icon" href="${ICON}" />
    <style>${STYLES}</style>
  </head>
  <body>
    <main>
      <header>
        <h1><img src="${ICON}" alt="" width="32" height="32" />Doorbuster</h1>
        <p>A shop for the moment when 10,000 things are sold to 1,000,000 people. It oversells none and charges no customer twice.</p>
      </header>
      <section aria-labelledby="running">
        <h2 id="running">${down.length === 0 ? 'Everything runs' : `Down: ${down.map(escape).join(', ')}`}</h2>
        <ul class="parts">${partsOf(dependencies)}</ul>
      </section>
      <section aria-labelledby="look">
        <h2 id="look">Look around</h2>
        <ul class="links">${linksOf(tracesUrl).map(linkItem).join('')}</ul>
      </section>
      <section aria-labelledby="buy">
        <h2 id="buy">Buy over the API</h2>
        ${issuesTokens ? purchase(url) : '<p>Sign in at the issuer of your tokens. <a href="/docs">The API reference</a> has the calls.</p>'}
      </section>
    </main>
  </body>
</html>
`;
}

const linksOf = (tracesUrl: string | undefined): Link[] => [
  { href: '/', name: 'The shop', text: 'What customers see' },
  { href: '/docs', name: 'API reference', text: 'Every call, to read and to try' },
  ...(tracesUrl === undefined
    ? []
    : [{ href: tracesUrl, name: 'Traces', text: 'What happened to each order' }]),
  { href: '/v1/products', name: 'Products', text: 'The catalogue, with prices and stock' },
  { href: '/readyz', name: 'Health', text: 'Each service, its database and the broker' },
];

const linkItem = ({ href, name, text }: Link): string =>
  `<li><a href="${escape(href)}"><strong>${name}</strong><span>${text}</span></a></li>`;

/** Services and the broker. A dependency of a service, such as `orders.postgres`, is listed while it is down. */
function partsOf(dependencies: Dependencies): string {
  const listed = Object.entries(dependencies).filter(
    ([name, state]) => !name.includes('.') || state === 'down',
  );
  return [['gateway', 'up'] as const, ...listed]
    .map(([name, state]) => `<li class="${state}">${escape(name)} <span>${state}</span></li>`)
    .join('');
}

function purchase(url: string): string {
  return `<p>Paste this in a terminal. It buys one ${escape(DEMO_CATALOGUE[0]?.name ?? '')} of the demo catalogue, with a test card.</p>
        <pre tabindex="0" aria-label="Commands that buy something"><code>${escape(purchaseCommand(url))}</code></pre>
        <p>The answer is the order. <code>GET /v1/orders/{id}/timeline</code> tells what happened to it.</p>`;
}

/** As in README. */
const purchaseCommand = (
  url: string,
): string => `TOKEN=$(curl -s ${url}/v1/auth/token -H 'content-type: application/json' \\
  -d '{"customerId":"ann"}' | sed -E 's/.*"accessToken":"([^"]+)".*/\\1/')

curl -i ${url}/v1/orders \\
  -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
  -H "idempotency-key: $(node -p 'crypto.randomUUID()')" -H 'prefer: wait=10' \\
  -d '{"items":[{"sku":"${DEMO_CATALOGUE[0]?.sku}","quantity":1}],"payment":{"method":"pm_card_visa"}}'`;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
