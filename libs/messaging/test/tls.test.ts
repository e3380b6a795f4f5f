import { connectNats, provision } from '@doorbuster/broker';
import {
  startTestNats,
  testCertificates,
  type TestCertificates,
  type TestNats,
} from '@doorbuster/embedded/testing';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { natsOptions } from '../src/index.js';

const ATTEMPT_MS = 2_000;

let certificates: TestCertificates;
let nats: TestNats;
beforeAll(async () => {
  certificates = await testCertificates();
  nats = await startTestNats({ tls: certificates });
});
afterAll(async () => {
  await nats?.dispose();
  certificates?.remove();
});

/** Connects like a service, but tries only once; a service retries without a limit. */
const connectOnce = (url: string, caFile?: string) =>
  connect({
    ...natsOptions(url, 'provisioner', caFile),
    waitOnFirstConnect: false,
    reconnect: false,
    timeout: ATTEMPT_MS,
  });

it('a process connects to a broker with TLS by a configured authority, and its streams are created', async () => {
  const nc = await connectNats(nats.url('provisioner'), 'provisioner', certificates.caFile);
  expect(nc.info?.tls_required).toBe(true);
  expect(await provision(nc, { replicas: 1 })).not.toEqual([]);
  await nc.close();
});

it('a process refuses a broker with an unknown authority', async () => {
  await expect(connectOnce(nats.url('provisioner'))).rejects.toThrow(/unable to verify|self.signed/);
  const others = await testCertificates();
  await expect(connectOnce(nats.url('provisioner'), others.caFile)).rejects.toThrow(
    /unable to verify|signature/,
  );
  others.remove();
});

it('a process refuses a broker whose certificate is for another host', async () => {
  const elsewhere = await testCertificates(['nats.elsewhere.example']);
  const impostor = await startTestNats({ tls: elsewhere });
  try {
    await expect(connectOnce(impostor.url('provisioner'), elsewhere.caFile)).rejects.toThrow(
      /does not match/,
    );
  } finally {
    await impostor.dispose();
    elsewhere.remove();
  }
});

it('a process with TLS sends no password in plain text, and a broker with TLS accepts none', async () => {
  const plain = await startTestNats();
  try {
    await expect(
      connectOnce(plain.url('provisioner').replace('nats:', 'tls:'), certificates.caFile),
    ).rejects.toThrow(/tls/i);
  } finally {
    await plain.dispose();
  }
  const clear = nats.url('provisioner').replace('tls:', 'nats:');
  const nc = await connectOnce(clear, certificates.caFile).catch(() => undefined);
  // The server requires TLS, and without the authority's certificate the client trusts no signer.
  expect(nc).toBeUndefined();
});
