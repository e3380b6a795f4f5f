import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

export interface Route {
  method: string;
  /** Fastify's pattern, such as `/v1/orders/:id`. */
  url: string;
}

/** All routes: tells 405 from 404, and is compared with the documentation. */
@Injectable()
export class RouteTable {
  readonly routes: Route[] = [];
  private readonly patterns: { pattern: RegExp; methods: string[] }[] = [];

  collectFrom(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) this.add({ method: each, url });
    });
  }

  /** The methods of this path; none for an unknown path. */
  methodsOf(requestUrl: string): string[] {
    const path = requestUrl.split('?', 1)[0] ?? '';
    const methods = this.patterns
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((route) => route.methods);
    return [...new Set(methods)];
  }

  private add(route: Route): void {
    this.routes.push(route);
    const source = route.url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[^/]+/g, '[^/]+')
      .replace('*', '.*');
    this.patterns.push({ pattern: new RegExp(`^${source}$`), methods: [route.method] });
  }
}
