import { setTimeout as sleep } from 'node:timers/promises';
import { recordSpans } from '@doorbuster/telemetry/testing';
import { accept, getProduct, getStockLevels } from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aProduct } from '../support/examples.js';
import { startFixture, startGateway, type Fixture } from '../support/fixture.js';

const CALLER = { traceId: 'c0ffee'.padEnd(32, '0'), spanId: '00f067aa0ba902b7' };
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Samples new traces. With a parent its flag decides, as with the `parentbased` samplers. */
let records = true;
const spans = recordSpans((traceId) => records || traceId === CALLER.traceId);

describe('a caller that sends a traceparent', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());
  beforeEach(() => {
    records = true;
  });

  const ask = async (url = fixture.url) => {
    const response = await fetch(`${url}/v1/auth/token`, {
      method: 'POST',
      headers: { traceparent, 'content-type': 'application/json' },
      body: '{"customerId":"ann"}',
    });
    const [, traceId = '', , flags = ''] = TRACEPARENT.exec(response.headers.get('traceparent') ?? '') ?? [];
    return { traceId, flags };
  };
  const spanOf = (traceId: string) => spans().find((span) => span.spanContext().traceId === traceId);

  it('is linked, and is not the parent', async () => {
    const { traceId } = await ask();
    expect(traceId).not.toBe(CALLER.traceId);
    await expect.poll(() => spanOf(traceId)).toBeDefined();
    expect(spanOf(traceId)?.parentSpanContext).toBeUndefined();
    expect(spanOf(traceId)?.links.map((link) => link.context)).toMatchObject([CALLER]);
  });

  it('cannot make the gateway record a trace', async () => {
    records = false;
    const { traceId, flags } = await ask();
    expect([traceId === CALLER.traceId, flags]).toEqual([false, '00']);
    expect(spanOf(traceId)).toBeUndefined();
  });

  it('is the parent with TRUST_TRACEPARENT=on', async () => {
    const trusting = await startGateway(fixture.nats, { TRUST_TRACEPARENT: 'on' });
    expect(await ask(trusting.url)).toEqual({ traceId: CALLER.traceId, flags: '01' });
    await expect.poll(() => spanOf(CALLER.traceId)?.parentSpanContext?.spanId).toBe(CALLER.spanId);
    await trusting.app.close();
  });
});

it('only requests of the API are recorded, unknown ones too: neither files nor probes nor guesses', async () => {
  records = true;
  const fixture = await startFixture();
  const files = ['/docs', '/docs/start.js', '/docs/assets/swagger-ui.css', '/openapi.json', '/favicon.ico'];
  const asked = ['/healthz', '/readyz', ...files, '/.env', '/v1/nothing', '/v1/sagas'];
  const before = spans().length;
  for (const path of asked) {
    const { headers } = await fetch(fixture.url + path);
    expect(headers.get('traceparent')).toMatch(TRACEPARENT);
  }
  const recorded = () =>
    spans()
      .slice(before)
      .map(({ attributes }) => attributes['url.path']);
  await expect.poll(recorded).toEqual(['/v1/nothing', '/v1/sagas']);
  await fixture.stop();
});

const READS = 60;
/** At most four batches at a time. Reads that arrive meanwhile share the next ones. */
const QUESTIONS_MAX = 12;

describe('recorded reads of products', () => {
  it('share a batch, and each trace links to its span', async () => {
    records = true;
    const fixture = await startFixture();
    // Long enough for all reads to arrive while the first batches are in flight.
    await fixture.services.answer(getProduct, async () => {
      await sleep(300);
      return accept(Object.assign(aProduct(), { version: 7 }));
    });
    await fixture.services.answer(getStockLevels, ({ skus }) =>
      accept(skus.map((sku) => ({ sku, setAside: 0, available: 5, reserved: 0, sold: 0, received: 5 }))),
    );
    const answers = await Promise.all(
      Array.from({ length: READS }, () => fetch(`${fixture.url}/v1/products/TSHIRT`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(fixture.services.requests(getProduct).length).toBeLessThanOrEqual(QUESTIONS_MAX);
    const shared = () => spans().filter(({ name }) => name === 'gateway read products');
    const joined = () =>
      new Set(
        shared().flatMap((span) =>
          [span.parentSpanContext, ...span.links.map((link) => link.context)].map((c) => c?.traceId),
        ),
      );
    await expect.poll(() => joined().size).toBe(READS);
    await fixture.stop();
  });
});
