import { findFreePort } from '@doorbuster/embedded';
import { createLogger } from '@doorbuster/telemetry';
import { expect, it } from 'vitest';
import { platformConfig } from '../../src/config.js';
import { startTracesIfWanted } from '../../src/traces/start-if-wanted.js';

const startWith = (env: NodeJS.ProcessEnv, port: number) => {
  const logger = createLogger('platform', 'silent');
  return startTracesIfWanted({ config: platformConfig.parse(env), env, logger }, port, 'http://127.0.0.1:9');
};

it('nothing of ours takes traces that go elsewhere, or nowhere', async () => {
  const port = await findFreePort();
  const elsewhere = [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' },
    { OTEL_TRACES_EXPORTER: 'none' },
    { OTEL_CONFIG_FILE: '/etc/otel.yaml' },
    { OTEL_SDK_DISABLED: 'true' },
  ];
  for (const env of elsewhere) expect(await startWith(env, port)).toBeUndefined();
});

it('a platform whose port for traces is taken goes without them', async () => {
  const port = await findFreePort();
  const first = await startWith({}, port);
  expect(first?.url).toBe(`http://localhost:${port}`);
  expect(await startWith({}, port)).toBeUndefined();
  await first?.close();
});
