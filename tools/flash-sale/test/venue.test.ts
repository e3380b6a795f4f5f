import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { openVenue } from '../src/sale/venue.js';

it('an address at which nothing answers is refused at once, with what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await expect(openVenue({ url: `http://127.0.0.1:${port}` })).rejects.toThrow(
    /nothing answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\): start the platform there, or correct --url/,
  );
});
