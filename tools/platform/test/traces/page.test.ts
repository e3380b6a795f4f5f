import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceView } from '../../src/traces/queries/trace-view.js';
import { TraceStore } from '../../src/traces/store/trace-store.js';
import { newTraceId, span } from './otlp.js';
import { serve, type Served } from './served.js';

const EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>';

describe('the page of traces', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve();
  });
  afterEach(() => served.close());

  it('is one page at all its addresses, and has all that it names', async () => {
    const pages = ['/', '/map', `/traces/${newTraceId()}`, '/?order=1'].map(async (path) =>
      (await fetch(served.url + path)).text(),
    );
    const [first = '', ...others] = await Promise.all(pages);
    expect(new Set(others)).toEqual(new Set([first]));
    const named = [...first.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)].map(([, path]) => path);
    expect(named.length).toBeGreaterThan(3);
    for (const path of named) expect((await fetch(served.url + path)).status).toBe(200);
  });

  it('loads nothing from elsewhere and runs nothing that a trace names', async () => {
    for (const path of ['/', '/page/scripts/main.js', '/api/traces', '/nothing']) {
      const { headers } = await fetch(served.url + path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('gives what a trace names as data only', async () => {
    const sent = span({
      name: EVIL,
      service: EVIL,
      attributes: { [EVIL]: EVIL, ['__proto__']: 'x', constructor: 'y' },
    });
    await served.send(sent);
    const answer = await fetch(`${served.url}/api/traces/${sent.traceId}`);
    expect(answer.headers.get('content-type')).toContain('application/json');
    const { name, rows } = (await answer.json()) as TraceView;
    expect(name).toBe(EVIL);
    expect(rows[0]).toMatchObject({ service: EVIL, attributes: { [EVIL]: EVIL, constructor: 'y' } });
    const page = await (await fetch(`${served.url}/traces/${encodeURIComponent(EVIL)}`)).text();
    expect(page).not.toContain('alert');
  });

  it.each([
    '/page/../package.json',
    '/page/..%2f..%2fpackage.json',
    '/package.json',
    '/api',
    '/api/',
    '/api/orders',
  ])('has nothing at %s', async (path) => {
    const { status } = await raw(path);
    expect(status).toBe(404);
  });

  it('answers to the names of this machine only, so that no site can read it', async () => {
    const port = new URL(served.url).port;
    expect((await raw('/api/traces', { host: 'evil.example' })).status).toBe(403);
    expect((await raw('/api/traces', { host: `localhost:${port}` })).status).toBe(200);
  });

  it('says that it has a defect when an answer cannot be written, and goes on', async () => {
    const store = Object.create(new TraceStore(), { size: { get: () => 1n } }) as TraceStore;
    const broken = await serve({ store });
    expect((await fetch(`${broken.url}/api/traces`)).status).toBe(500);
    expect(broken.defects).toHaveLength(1);
    expect((await fetch(`${broken.url}/api/service-map`)).status).toBe(200);
    await broken.close();
  });

  it('refuses other methods', async () => {
    expect((await fetch(`${served.url}/api/traces`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${served.url}/v1/traces`)).status).toBe(404);
  });

  /** Paths as they are: `fetch` would tidy them. */
  const raw = (path: string, headers: Record<string, string> = {}): Promise<{ status: number | undefined }> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: new URL(served.url).port, path, headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode });
      })
        .on('error', reject)
        .end();
    });
});
