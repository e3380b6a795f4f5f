import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type ConnectionOptions } from 'node:tls';
import { testCertificates } from '@doorbuster/embedded/testing';
import { afterEach, describe, expect, it } from 'vitest';

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

async function serve(hosts?: string[]) {
  const files = await testCertificates(hosts);
  const server = createServer({ cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(
    () => files.remove(),
    () => server.close(),
  );
  const dial = async (options: ConnectionOptions): Promise<void> => {
    const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ...options });
    try {
      await once(socket, 'secureConnect');
    } finally {
      socket.destroy();
    }
  };
  return { ca: readFileSync(files.caFile), dial };
}

describe('certificates for tests', () => {
  it('are for this machine, by name and by address, and only their own authority vouches for them', async () => {
    const { ca, dial } = await serve();
    await dial({ ca });
    await dial({ ca, servername: 'localhost' });
    await expect(dial({})).rejects.toThrow(/unable to verify|self.signed/);
    const { ca: another } = await serve();
    await expect(dial({ ca: another })).rejects.toThrow(/unable to verify|signature/);
  });

  it('are for another host when they are told so', async () => {
    const { ca, dial } = await serve(['elsewhere.example']);
    await expect(dial({ ca })).rejects.toThrow(/does not match/);
  });
});
