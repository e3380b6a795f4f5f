import type { FastifyInstance } from 'fastify';

export interface Route {
  method: string;
  /** With parameters as Fastify writes them: `/v1/orders/:id`. */
  url: string;
}

/** What the router knows, kept to tell a wrong method from a wrong path, and to compare with the documentation. */
export class RouteTable {
  readonly routes: Route[] = [];
  private readonly patterns: { pattern: RegExp; methods: string[] }[] = [];

  collectFrom(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) this.add({ method: each, url });
    });
  }

  /** The methods that this path answers to; none when there is no such path. */
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
