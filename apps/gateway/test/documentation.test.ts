import { ERROR_CODES } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEM_TYPES } from '../src/problem/problem-types.js';
import { startFixture, type Fixture } from './support/fixture.js';

interface Operation {
  security?: unknown[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<
    string,
    { headers?: Record<string, unknown>; content?: Record<string, unknown>; description: string }
  >;
}

describe('the documentation', () => {
  let fixture: Fixture;
  let document: {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: object };
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
      .filter(({ method, url }) => method !== 'HEAD' && !url.startsWith('/docs/'))
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
