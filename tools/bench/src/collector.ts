import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Collector {
  url: string;
  /** Received so far at `<url>/<sender>`. */
  bytes: (sender: string) => number;
  close: () => Promise<void>;
}

/** Receives OTLP/HTTP exports and discards them. */
export async function startCollector(): Promise<Collector> {
  const bytes = new Map<string, number>();
  const server = createServer((request, response) => {
    const [, sender = ''] = (request.url ?? '').split('/');
    request.on('data', (chunk: Buffer) => bytes.set(sender, (bytes.get(sender) ?? 0) + chunk.length));
    request.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: (sender) => bytes.get(sender) ?? 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
