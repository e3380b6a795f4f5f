import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ERROR_CODES, TEST_METHODS } from '@doorbuster/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../src/docs/openapi.js';
import { PROBLEM_TYPES } from '../src/problem/problem-types.js';
import { startFixture, type Fixture } from './support/fixture.js';

interface MediaType {
  schema: object;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  summary: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; example?: unknown; schema: object }[];
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<
    string,
    {
      headers?: Record<string, { schema: object }>;
      content?: Record<string, MediaType>;
      description: string;
    }
  >;
}

describe('the documentation', () => {
  let fixture: Fixture;
  let document: {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    info: { version: string; description: string };
    components: { schemas: object; securitySchemes: { bearer: { description: string } } };
  };

  beforeAll(async () => {
    fixture = await startFixture();
    document = (await fixture.http.get('/openapi.json').expect(200)).body;
  });
  afterAll(() => fixture.stop());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    );

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('has exactly the routes that are served', () => {
    const served = fixture.routes.routes
      .filter(
        ({ method, url }) => method !== 'HEAD' && !url.startsWith('/docs/') && !url.startsWith('/assets/'),
      )
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    expect(
      operations()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(served.toSorted());
  });

  it('names every path parameter', () => {
    for (const { name, operation } of operations()) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = (operation.parameters ?? [])
        .filter((each) => each.in === 'path')
        .map((each) => each.name);
      expect([name, declared]).toEqual([name, inPath]);
    }
  });

  it('gives every response a traceparent, and errors a problem document', () => {
    for (const { name, operation } of operations()) {
      for (const [status, { headers, content }] of Object.entries(operation.responses)) {
        expect([name, status, Object.keys(headers ?? {})]).toEqual([
          name,
          status,
          expect.arrayContaining(['traceparent']),
        ]);
        if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
      }
    }
  });

  it('marks routes that need a token', async () => {
    for (const { name, operation } of operations()) {
      const [method = '', path = ''] = name.replace(/\{\w+\}/g, 'x').split(' ');
      const answer = await fetch(fixture.url + path, { method });
      const { status } = answer;
      // An unread body would keep its connection busy, and the gateway open.
      await answer.text();
      expect([name, operation.security !== undefined]).toEqual([name, status === 401]);
      expect([name, '401' in operation.responses]).toEqual([name, status === 401]);
    }
  });

  it('has the headers of placing an order', () => {
    const names = document.paths['/v1/orders']?.['post']?.parameters?.map(({ name }) => name);
    expect(names).toEqual(['Idempotency-Key', 'Prefer']);
    expect(Object.keys(document.paths['/v1/orders']?.['post']?.responses ?? {})).toEqual([
      '201',
      '202',
      '400',
      '401',
      '402',
      '403',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
  });

  it('has no dangling reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      (match) => match[1],
    );
    expect(references.length).toBeGreaterThan(20);
    for (const name of references) expect(document.components.schemas).toHaveProperty(name ?? '');
  });

  it('mentions every error code of the contract', () => {
    const text = JSON.stringify(operations().map(({ operation }) => operation.responses));
    const elsewhere = ['BAD_REQUEST', 'TOO_MANY_CONNECTIONS', 'NOT_FOUND', 'METHOD_NOT_ALLOWED'];
    for (const code of ERROR_CODES) {
      if (!elsewhere.includes(code)) expect(text).toContain(`\`${code}\``);
      expect(PROBLEM_TYPES[code].status).toBeGreaterThanOrEqual(400);
    }
  });

  it('has an example for every body and required parameter, and each is valid', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    // The API has few schemas in many places, and it takes longer to compile one than to use it.
    const validators = new Map<string, ReturnType<typeof ajv.compile>>();
    const expectValid = (place: string, schema: object, example: unknown) => {
      const text = JSON.stringify(schema).replaceAll('"#/components', '"api#/components');
      const validate = validators.get(text) ?? ajv.compile(JSON.parse(text));
      validators.set(text, validate);
      const isValid = validate(example);
      expect(isValid, `${place} ${JSON.stringify(example)} ${ajv.errorsText(validate.errors)}`).toBe(true);
    };
    let bodies = 0;
    for (const { name, operation } of operations()) {
      for (const parameter of operation.parameters ?? []) {
        if (parameter.required || parameter.example !== undefined) {
          expectValid(`${name} ${parameter.name}`, parameter.schema, parameter.example);
        }
      }
      const messages = Object.entries({ request: operation.requestBody, ...operation.responses });
      for (const [place, message] of messages) {
        for (const [mediaType, { schema, example, examples }] of Object.entries(message?.content ?? {})) {
          if (!mediaType.endsWith('json') || name === 'GET /openapi.json') continue;
          const values = examples ? Object.values(examples).map(({ value }) => value) : [example];
          for (const value of values) expectValid(`${name} ${place}`, schema, value);
          bodies += 1;
        }
      }
    }
    expect(bodies).toBeGreaterThan(100);
    const text = JSON.stringify(document);
    expect(text.includes(String(Number.MAX_SAFE_INTEGER))).toBe(false);
  });

  it('has examples among its schemas that are valid', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    let examples = 0;
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, child] of Object.entries(node)) visit(child, `${path}/${key}`);
      if (!('examples' in node) || !Array.isArray(node.examples)) return;
      const validate = ajv.getSchema(`api#${path}`);
      for (const example of node.examples) {
        expect(validate?.(example), `${path} ${JSON.stringify(example)}`).toBe(true);
        examples += 1;
      }
    };
    visit(document.components.schemas, '/components/schemas');
    expect(examples).toBeGreaterThan(50);
  });

  it('sums every operation up in one sentence of its own', () => {
    const summaries = operations().map(({ operation }) => operation.summary);
    for (const summary of summaries) expect(summary).toMatch(/^[A-Z][a-z]+ [^.`]+$/);
    expect(new Set(summaries).size).toBe(summaries.length);
  });

  it('lists the same test cards as the README', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
    for (const [method, outcome] of Object.entries(TEST_METHODS)) {
      expect(readme).toContain(`| \`${method}\` | ${outcome} |`);
    }
  });

  it('has the version of the package, the test cards and where a token comes from', async () => {
    const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
    expect(document.info.version).toBe(version);
    const orders = document.paths['/v1/orders']?.['post'];
    expect(Object.keys(orders?.requestBody?.content['application/json']?.examples ?? {})).toEqual(
      Object.keys(TEST_METHODS),
    );
    expect(document.components.securitySchemes.bearer.description).toContain('POST /v1/auth/token');
    const production = openApi({ issuesTokens: false });
    expect(JSON.stringify(production)).not.toContain('/v1/auth/token');
    expect(JSON.stringify(production.components?.securitySchemes)).toContain('AUTH_JWKS_URL');
  });

  it('is a page without external resources', async () => {
    const { text, headers } = await fixture.http.get('/docs').expect(200);
    expect(headers['content-type']).toContain('text/html');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(text).not.toMatch(/<script>|https?:/);
    const assets = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(assets).toHaveLength(4);
    for (const asset of assets) await fixture.http.get(asset).expect(200);
  });
});
