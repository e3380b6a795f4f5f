import { getImage } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from '../rpc/rpc-client.js';

const CACHE_BYTES_MAX = 32 * 1024 ** 2;
/** How long a removed image may still be served. */
const CACHE_MS_MAX = 10 * 60_000;
const READS_MAX = 32;

/** Reads images from catalog and keeps the recent ones, since a crowd looks at few products. */
@Injectable()
export class ImageReader {
  private readonly cache = new LRUCache<string, Buffer>({
    maxSize: CACHE_BYTES_MAX,
    sizeCalculation: (content) => content.length,
    ttl: CACHE_MS_MAX,
  });
  private readonly reads = new Map<string, Promise<Buffer>>();

  constructor(private readonly rpc: RpcClient) {}

  /** Concurrent reads of one image share a request. @throws {ProblemException} IMAGE_NOT_FOUND, SERVICE_OVERLOADED, ... */
  read(sha256: string): Promise<Buffer> {
    const cached = this.cache.get(sha256);
    if (cached) return Promise.resolve(cached);
    const running = this.reads.get(sha256);
    if (running) return running;
    if (this.reads.size >= READS_MAX) {
      throw new ProblemException(
        'SERVICE_OVERLOADED',
        'Too many images are being read. Try again in a moment.',
      );
    }
    const read = this.fetch(sha256).finally(() => this.reads.delete(sha256));
    this.reads.set(sha256, read);
    return read;
  }

  private async fetch(sha256: string): Promise<Buffer> {
    const { content } = await this.rpc.call(getImage, { sha256 });
    const bytes = Buffer.from(content, 'base64');
    this.cache.set(sha256, bytes);
    return bytes;
  }
}
